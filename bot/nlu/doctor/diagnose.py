"""Training data → findings: each text is scored by a model that did not learn from it, as in training."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from bot.nlu.doctor.chart import Chart
from bot.nlu.doctor.diagnosis import Diagnosis
from bot.nlu.doctor.examine import examine
from bot.nlu.normalise import normalise
from bot.nlu.progress import Progress, Stage
from bot.nlu.training import label_examples
from bot.nlu.validation import calibrate, deal_folds, score_held_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.example import Example, TrainingData
    from bot.nlu.embeddings import Embedder
    from bot.nlu.fitting import Labelled


def diagnose(
    data: TrainingData,
    *,
    embedder: Embedder,
    seed: int,
    progress: Callable[[Progress], None],
) -> Diagnosis:
    """Look at all of `data`. Equal data and seed give equal findings.

    Raises `ProjectError` where there is no text to look at.
    """
    labelled = label_examples(data, embedder, progress)
    folds = deal_folds(labelled, seed=seed)
    with threadpool_limits(limits=1, user_api="blas"):  # see `bot.nlu.training`
        scores = score_held_out(labelled, folds, seed=seed, report=Stage("validate", progress))
        held_out = calibrate(labelled, scores, folds)
    chart = Chart(
        data=data,
        held_out=held_out,
        vectors=labelled.vectors,
        examples=match_examples(labelled, data.examples),
    )
    findings = examine(chart, Stage("examine", progress))
    return Diagnosis(examples=len(data.examples), intents=len(labelled.names), findings=findings)


def match_examples(labelled: Labelled, examples: Sequence[Example]) -> list[list[Example]]:
    """Return the examples of each labelled text, which are read alike and have one intent."""
    by_text: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in examples:
        by_text[normalise(example.text).text, example.intent].append(example)
    names = (labelled.names[label] for label in labelled.labels)
    return [by_text[text, name] for text, name in zip(labelled.texts, names, strict=True)]
