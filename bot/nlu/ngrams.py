"""Word and character n-grams, weighted by how rare they are (TF-IDF), without scikit-learn.

Training and inference share this code, so that they cannot drift apart.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_WORD = re.compile(r"\w\w+")
_SIZES = (2, 3, 4)
_WORDS, _CHARACTERS = "w:", "c:"
"""Every n-gram carries its kind: the two kinds are scaled to length 1 apart from each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseVector:
    """The columns a text touches, each once, and their values."""

    columns: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The n-grams seen in training: `columns` numbers them, `weights` (n-grams,) holds their rarity."""

    columns: Mapping[str, int]
    weights: NDArray[np.float32]

    def vectorise(self, text: str) -> SparseVector:
        """Return the n-grams of `text` that training saw; each kind has length 1 if it has any."""
        pieces = [self._scale(grams) for grams in (count_words(text), count_characters(text))]
        return SparseVector(
            columns=np.concatenate([columns for columns, _ in pieces]),
            values=np.concatenate([values for _, values in pieces]),
        )

    def _scale(self, grams: Mapping[str, int]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        known = [(self.columns[gram], count) for gram, count in grams.items() if gram in self.columns]
        columns = np.array([column for column, _ in known], dtype=np.int32)
        values = np.array([count for _, count in known], dtype=np.float32) * self.weights[columns]
        return columns, values / max(float(np.linalg.norm(values)), 1e-12)


def learn_vocabulary(texts: Sequence[str]) -> Vocabulary:
    """Number every n-gram of `texts` (in order of the alphabet) and weigh it: ln((1+n)/(1+df)) + 1."""
    frequencies = Counter(gram for text in texts for gram in _all_grams(text))
    grams = sorted(frequencies)
    counts = np.array([frequencies[gram] for gram in grams], dtype=np.float64)
    weights = np.log((1 + len(texts)) / (1 + counts)) + 1
    return Vocabulary(
        columns={gram: column for column, gram in enumerate(grams)},
        weights=weights.astype(np.float32),
    )


def count_words(text: str) -> Mapping[str, int]:
    """Count words of two characters or more, and pairs of neighbours."""
    words = _WORD.findall(text.lower())
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return Counter(_WORDS + gram for gram in (*words, *pairs))


def count_characters(text: str) -> Mapping[str, int]:
    """Count runs of 2 to 4 characters within words, a blank before and after each word included."""
    padded = (f" {word} " for word in text.lower().split())
    return Counter(
        _CHARACTERS + word[start : start + size]
        for word in padded
        for size in _SIZES
        for start in range(len(word) - size + 1)
    )


def _all_grams(text: str) -> Iterable[str]:
    yield from count_words(text)
    yield from count_characters(text)
