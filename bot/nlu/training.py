"""Training data → `NluModel`, with its figures on held-out texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from bot.errors import ProjectError
from bot.nlu.calibration import fit_calibration
from bot.nlu.components import choose_components
from bot.nlu.doctor.chart import make_chart
from bot.nlu.doctor.diagnosis_json import summarise
from bot.nlu.doctor.examine import examine
from bot.nlu.entity_fitting import Course, learn_entities, measure_entities
from bot.nlu.evaluation import measure
from bot.nlu.fitting import Labelled, Titles, fit_parts
from bot.nlu.intents import IntentHead
from bot.nlu.keywords import learn_keywords
from bot.nlu.language import find_taught
from bot.nlu.lasting_threads import LastingExecutor
from bot.nlu.model import NluModel
from bot.nlu.normalise import normalise
from bot.nlu.progress import Progress, Stage
from bot.nlu.spacy_entities import SpacyEntityFinder
from bot.nlu.token_rules import take_rules
from bot.nlu.tokens import load_language
from bot.nlu.triage_training import train_triage
from bot.nlu.validation import FOLDS, calibrate, deal_folds, fit_folds

if TYPE_CHECKING:
    from bot.domain.example import TrainingData
    from bot.domain.json import JsonObject
    from bot.domain.pipeline import PipelineSpec
    from bot.nlu.calibration import Calibration
    from bot.nlu.components import Components
    from bot.nlu.embeddings import Embedder
    from bot.nlu.evaluation import HeldOut
    from bot.nlu.fitting import Parts
    from bot.nlu.keywords import Keywords
    from bot.nlu.ngrams import Vocabulary
    from bot.nlu.triage import TriageHead

_NO_WORDS = re.compile(r"[_/]+")
"""What stands between the words of an intent's name."""


def train_nlu(
    data: TrainingData,
    pipeline: PipelineSpec,
    *,
    embedder: Embedder,
    seed: int,
    progress: Callable[[Progress], None],
) -> NluModel:
    """Train. Equal data, pipeline and seed give equal models, byte for byte.

    Raises `ProjectError` where there is nothing to learn from or a pattern is wrong, `ModelError` for a
    spaCy pipeline that is not installed.
    """
    components = choose_components(pipeline)
    course = Course(components=components, language=load_language(components.language), seed=seed)
    if components.spacy:
        SpacyEntityFinder(components.spacy)  # what is not installed is told before the work, not after it
    entities = learn_entities(data, course, Stage("recognise", progress))
    found = measure_entities(data, entities, course)
    labelled = label_examples(data, embedder, progress)
    with _train_triage_beside(data, embedder, Stage("triage", progress)) as finish_triage:
        intents = _learn_intents(labelled, seed=seed, progress=progress)
        triage, transfer = finish_triage()
    health = summarise(examine(make_chart(data, labelled, intents.held_out), Stage("examine", progress)))
    measured = measure(intents.held_out, components.fallback)
    return NluModel(
        language=components.language,
        taught=find_taught([example.text for example in data.examples], components.language),
        encoder=embedder.encoder.identity,
        encoder_spec=pipeline.encoder,
        vocabulary=intents.vocabulary,
        head=intents.head,
        entities=entities,
        fallback=components.fallback,
        keywords=_learn_keywords(data, components),
        order=components.order,
        triage=triage,
        tokens=take_rules(course.language),
        metrics={**measured, "entities": found, "health": health, "triage": transfer},
    )


@contextmanager
def _train_triage_beside(
    data: TrainingData, embedder: Embedder, report: Stage
) -> Iterator[Callable[[], tuple[TriageHead | None, JsonObject]]]:
    """Train triage in a thread while the body learns intents; yield what waits for it.

    Both have one core: on matrices this small BLAS's threads wait for each other (measured: 20 s against 4).
    """
    with threadpool_limits(limits=1, user_api="blas"), LastingExecutor(1) as beside:
        training = beside.submit(train_triage, data.triage, embedder)

        def finish() -> tuple[TriageHead | None, JsonObject]:
            report(0, 1)
            trained = training.result()
            report(1, 1)
            return trained

        yield finish


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intents:
    """What tells intents, and what parts that had not learnt a text made of it."""

    vocabulary: Vocabulary
    head: IntentHead
    held_out: HeldOut


def _learn_intents(labelled: Labelled, *, seed: int, progress: Callable[[Progress], None]) -> _Intents:
    folds = deal_folds(labelled, seed=seed)
    validated = Stage("validate", progress)
    validated(0, FOLDS)  # the first to be done takes long
    crossed = fit_folds(labelled, folds, seed=seed, report=validated)
    fitted = Stage("fit", progress)
    fitted(0, 1)
    parts = fit_parts(labelled, seed=seed, tuned=crossed.tuned)
    fitted(1, 1)
    return _Intents(
        vocabulary=parts.vocabulary,
        head=_make_head(labelled.names, parts, fit_calibration(crossed.scores, labelled.labels)),
        held_out=calibrate(labelled, crossed.scores, folds),
    )


def _learn_keywords(data: TrainingData, components: Components) -> Keywords | None:
    if components.keywords_case_sensitive is None:
        return None
    return learn_keywords(data.examples, case_sensitive=components.keywords_case_sensitive)


def label_examples(data: TrainingData, embedder: Embedder, progress: Callable[[Progress], None]) -> Labelled:
    """Embed every example that says something, each (normalised text, intent) once.

    Raises `ProjectError` where there is none.
    """
    pairs = dict.fromkeys((normalise(example.text).text, example.intent) for example in data.examples)
    kept = [(text, intent) for text, intent in pairs if text]
    if not kept:
        first = data.examples[0].source if data.examples else None
        raise ProjectError(
            first.path if first else "nlu_data", None, "no examples: an intent needs texts to learn from"
        )
    names = tuple(sorted({intent for _, intent in kept}))
    numbers = {name: number for number, name in enumerate(names)}
    texts = [text for text, _ in kept]
    titles = [normalise(_NO_WORDS.sub(" ", name)).text for name in names]
    sentences = embedder.embed([*texts, *titles], Stage("encode", progress))
    rows = np.arange(len(sentences))
    return Labelled(
        texts=texts,
        sentences=sentences.select(rows[: len(texts)]),
        labels=np.array([numbers[intent] for _, intent in kept], dtype=np.int64),
        names=names,
        titles=Titles(texts=titles, sentences=sentences.select(rows[len(texts) :])),
    )


def _make_head(names: tuple[str, ...], parts: Parts, calibration: Calibration) -> IntentHead:
    return IntentHead(
        names=names,
        tail=parts.tail,
        meanings=parts.meanings,
        words=parts.words,
        shares=calibration.shares,
        confidence=calibration.confidence,
    )
