"""What every detector looks at: the data, and what a model thinks of each text that it did not learn from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.doctor.finding import place
from bot.nlu.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.domain.example import Example, TrainingData
    from bot.nlu.doctor.finding import Place
    from bot.nlu.evaluation import HeldOut
    from bot.nlu.fitting import Labelled

_WORD = re.compile(r"\w[\w'-]*\w|\w")


@dataclass(frozen=True, kw_only=True)  # no slots: what is derived is kept
class Chart:
    """A data set with its held-out probabilities (texts, intents) and sentence vectors (texts, dimensions).

    `examples[row]` are the examples a row stands for: more than one where only annotations differ.
    """

    data: TrainingData
    held_out: HeldOut
    vectors: NDArray[np.float32]
    examples: Sequence[Sequence[Example]]

    @property
    def names(self) -> tuple[str, ...]:
        """The intents, in the order of the probabilities' columns."""
        return self.held_out.names

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """The position of each row's intent: (texts,)."""
        return self.held_out.labels

    @cached_property
    def guesses(self) -> NDArray[np.int64]:
        """The position of the intent the model takes each row for: (texts,)."""
        return np.asarray(self.held_out.probabilities.argmax(axis=1))

    @cached_property
    def own(self) -> NDArray[np.float64]:
        """The held-out probability of each row's own intent: (texts,)."""
        return np.asarray(self.held_out.probabilities[np.arange(len(self.labels)), self.labels])

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many rows each intent has: (intents,)."""
        return np.bincount(self.labels, minlength=len(self.names)).astype(np.int64)

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """How many rows of an intent (line) are taken for another (column): (intents, intents)."""
        table = np.zeros((len(self.names), len(self.names)), dtype=np.int64)
        np.add.at(table, (self.labels, self.guesses), 1)
        return table

    @cached_property
    def words(self) -> tuple[Counter[str], ...]:
        """In how many rows of each intent a word stands, in lower case: one counter for each intent."""
        counters: tuple[Counter[str], ...] = tuple(Counter() for _ in self.names)
        for text, label in zip(self.held_out.texts, self.labels.tolist(), strict=True):
            counters[label].update(split_words(text))
        return counters

    def place(self, row: int) -> Place:
        """Return where a row's text stands first."""
        return place(self.examples[row][0])


def split_words(text: str) -> set[str]:
    """Return the words of a text in lower case, each once."""
    return set(_WORD.findall(text.casefold()))


def make_chart(data: TrainingData, labelled: Labelled, held_out: HeldOut) -> Chart:
    """Return the chart of `data`, of which `labelled` holds every text that says something, normalised."""
    by_text: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in data.examples:
        by_text[normalise(example.text).text, example.intent].append(example)
    names = (labelled.names[label] for label in labelled.labels)
    return Chart(
        data=data,
        held_out=held_out,
        vectors=labelled.sentences.vectors,
        examples=[by_text[text, name] for text, name in zip(labelled.texts, names, strict=True)],
    )
