"""Word and character n-grams, weighted by how rare they are (TF-IDF), without scikit-learn.

Training and inference share this code, so that they cannot drift apart.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_WORD = re.compile(r"\w\w+")
_SIZES = (2, 3, 4)
_WORDS, _CHARACTERS = "w:", "c:"
"""Every n-gram carries its kind: the two kinds are scaled to length 1 apart from each other."""
MOST_WORDS, LONGEST_WORD = 4_000, 30
"""How many words' characters are remembered (2 MB): the same few make up most of what people write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseVector:
    """The columns a text touches, each once, and their values."""

    columns: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The n-grams seen in training: `columns` numbers them, `weights` (n-grams,) holds their rarity.

    May be used by several threads at once.
    """

    columns: Mapping[str, int]
    weights: NDArray[np.float32]
    _met: dict[str, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def vectorise(self, text: str) -> SparseVector:
        """Return the n-grams of `text` that training saw; each kind has length 1 if it has any."""
        words = Counter(self._number(list_word_grams(text)))
        characters = Counter(chain.from_iterable(map(self._number_characters, text.lower().split())))
        columns, values = zip(self._scale(words), self._scale(characters), strict=True)
        return SparseVector(columns=np.concatenate(columns), values=np.concatenate(values))

    def _scale(self, counts: Mapping[int, int]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        columns = np.fromiter(counts.keys(), dtype=np.int32, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts)) * self.weights[columns]
        return columns, values / max(float(np.sqrt(values @ values)), 1e-12)

    def _number(self, grams: Iterable[str]) -> list[int]:
        """Return the columns of those n-grams that training saw."""
        return [self.columns[gram] for gram in grams if gram in self.columns]

    def _number_characters(self, word: str) -> tuple[int, ...]:
        numbers = self._met.get(word)
        if numbers is None:
            numbers = tuple(self._number(_list_character_grams(word)))
            if len(self._met) >= MOST_WORDS:
                self._met.clear()
            if len(word) <= LONGEST_WORD:
                self._met[word] = numbers
        return numbers


def learn_vocabulary(texts: Sequence[str]) -> Vocabulary:
    """Number every n-gram of `texts` (in order of the alphabet) and weigh it: ln((1+n)/(1+df)) + 1."""
    frequencies = Counter(chain.from_iterable(map(_collect_grams, texts)))
    grams = sorted(frequencies)
    counts = np.array([frequencies[gram] for gram in grams], dtype=np.float64)
    weights = np.log((1 + len(texts)) / (1 + counts)) + 1
    return Vocabulary(
        columns={gram: column for column, gram in enumerate(grams)},
        weights=weights.astype(np.float32),
    )


def list_word_grams(text: str) -> list[str]:
    """Return the words of two characters or more, then the pairs of neighbours."""
    words = _WORD.findall(text.lower())
    pairs = (f"{_WORDS}{first} {second}" for first, second in pairwise(words))
    return [*(_WORDS + word for word in words), *pairs]


def list_words(text: str) -> list[str]:
    """Return the words alone, each once, as the n-grams of a vocabulary are written."""
    return [_WORDS + word for word in dict.fromkeys(_WORD.findall(text.lower()))]


def _list_character_grams(word: str) -> list[str]:
    """Return runs of 2 to 4 characters within a word, a blank before and after it included."""
    padded = f" {word} "
    return [
        _CHARACTERS + padded[start : start + size]
        for size in _SIZES
        for start in range(len(padded) - size + 1)
    ]


def _collect_grams(text: str) -> set[str]:
    words = set(text.lower().split())
    return {*list_word_grams(text), *chain.from_iterable(map(_list_character_grams, words))}
