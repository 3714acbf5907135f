"""Charts made by hand: what a model thinks of each text is written down, not learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bot.domain.example import Example, Source, TrainingData, WordPattern
from bot.domain.understanding import Entity
from bot.nlu.doctor.chart import Chart
from bot.nlu.evaluation import HeldOut
from bot.nlu.normalise import normalise
from bot.rasa_format.annotations import parse_annotations

Thought = tuple[str, str, Mapping[str, float]]
"""A text, its intent, and the held-out probabilities of intents (0 for those left out)."""


def make_chart(thoughts: Sequence[Thought], *, alike: Sequence[Sequence[int]] = ()) -> Chart:
    """`alike`: groups of rows with one sentence vector; all others are at right angles."""
    names = tuple(sorted({name for _, intent, chances in thoughts for name in (intent, *chances)}))
    probabilities = np.zeros((len(thoughts), len(names)))
    for row, (_, _, chances) in enumerate(thoughts):
        for name, chance in chances.items():
            probabilities[row, names.index(name)] = chance
    vectors = np.eye(len(thoughts), dtype=np.float32)
    for group in alike:
        vectors[list(group)] = vectors[group[0]]
    examples = [
        Example(text=text, intent=intent, source=Source(path="nlu.yml", line=row))
        for row, (text, intent, _) in enumerate(thoughts, start=1)
    ]
    return Chart(
        data=TrainingData(examples=tuple(examples)),
        held_out=HeldOut(
            texts=[normalise(text).text for text, _, _ in thoughts],
            names=names,
            probabilities=probabilities,
            labels=np.array([names.index(intent) for _, intent, _ in thoughts]),
        ),
        vectors=vectors,
        examples=[[example] for example in examples],
    )


def chart_of_data(
    *written: str,
    lookups: Mapping[str, Sequence[str]] | None = None,
    regexes: Mapping[str, str] | None = None,
    synonyms: Mapping[str, str] | None = None,
) -> Chart:
    """A chart of annotated texts of one intent, for what only looks at the data."""
    chart = make_chart([(parse_annotations(text).text, "order", {"order": 1.0}) for text in written])
    examples = tuple(
        Example(text=example.text, intent=example.intent, entities=_entities(text), source=example.source)
        for text, example in zip(written, chart.data.examples, strict=True)
    )
    data = TrainingData(
        examples=examples,
        lookups=tuple(
            WordPattern(name=name, patterns=tuple(words)) for name, words in (lookups or {}).items()
        ),
        regexes=tuple(WordPattern(name=name, patterns=(text,)) for name, text in (regexes or {}).items()),
        synonyms=synonyms or {},
        synonym_sources={text: Source(path="words.yml", line=7) for text in synonyms or {}},
    )
    return Chart(data=data, held_out=chart.held_out, vectors=chart.vectors, examples=chart.examples)


def _entities(written: str) -> tuple[Entity, ...]:
    return parse_annotations(written).entities
