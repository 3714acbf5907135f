"""Training data → what finds its entities, with figures on held-out texts. Only training imports this."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.nlu.dimensions.options import load_timezone
from bot.nlu.entities import EntityFinder, EntityTables, Extractor
from bot.nlu.entity_scores import score_entities
from bot.nlu.phrases import learn_phrases
from bot.nlu.recogniser_fitting import fit_recogniser
from bot.nlu.regex_entities import collect_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spacy.language import Language

    from bot.domain.example import Example, TrainingData
    from bot.domain.understanding import Entity
    from bot.nlu.components import Components

    Report = Callable[[int, int], None]

FOLDS = 5
LEAST_HELD_OUT = 10
"""Annotated texts below which figures would say nothing."""
_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is asked for, and what all of it shares. `language` is the tokenizer of `components.language`."""

    components: Components
    language: Language
    seed: int


def learn_entities(data: TrainingData, course: Course, report: Report) -> EntityTables:
    """Learn from all the data.

    Raises `ProjectError` for a pattern that Python cannot compile, `ModelError` for a time zone nobody knows.
    """
    components = course.components
    if components.dimensions:
        load_timezone(components.dimensions.timezone)  # told before the work, not when the model serves
    tables = EntityTables(
        extractors=components.extractors,
        keep_overlaps=components.keep_overlaps,
        patterns=collect_patterns(data, components.regex) if components.regex else (),
        spacy=components.spacy,
        dimensions=components.dimensions,
        synonyms=dict(data.synonyms) if Extractor.SYNONYMS in components.extractors else {},
    )
    return _teach(tables, data.examples, course, report)


def measure_entities(data: TrainingData, tables: EntityTables, course: Course) -> dict[str, Any] | None:
    """Return `score_entities` on a fifth of the examples, by a recogniser and phrases that did not see them.

    Patterns and synonyms are written by people, not learnt: they are those of `tables`. Dimensions and
    spaCy's own pipelines are left out, since nobody annotates what they find. None where fewer than 10 of
    these texts are annotated.
    """
    held_out = [example for example in data.examples if _is_held_out(example.text, course.seed)]
    if sum(bool(example.entities) for example in held_out) < LEAST_HELD_OUT:
        return None
    seen = [example for example in data.examples if not _is_held_out(example.text, course.seed)]
    taught = _teach(tables, seen, course, _ignore)
    finder = EntityFinder(replace(taught, spacy=None, dimensions=None), course.language)
    found: list[Sequence[Entity]] = []
    for start in range(0, len(held_out), _BATCH):
        batch = held_out[start : start + _BATCH]
        found += finder.find([course.language.make_doc(example.text) for example in batch])
    return score_entities([example.entities for example in held_out], found)


def _teach(
    tables: EntityTables,
    examples: Sequence[Example],
    course: Course,
    report: Report,
) -> EntityTables:
    if Extractor.LEARNED not in course.components.extractors:
        return tables
    return replace(
        tables,
        phrases=learn_phrases(examples, course.language),
        recogniser=fit_recogniser(examples, course.language, seed=course.seed, report=report),
    )


def _is_held_out(text: str, seed: int) -> bool:
    """Tell by the text itself: a new example moves no other one."""
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=8, salt=seed.to_bytes(8)).digest()
    return digest[0] % FOLDS == 0


def _ignore(done: int, total: int) -> None:
    """Report nothing: the second training is part of the first's last step."""
