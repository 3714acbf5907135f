"""The parts' scores of intents → how likely each intent is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PARTS = 3
LANDMARKS, NEAREST, WORDS = range(PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the parts of the intent head make of texts, before anything is weighed.

    `parts` (3, texts, intents) are those of `join_parts`, `nearness` (texts, 2) that of `MeaningHead`;
    `fullness` (texts,) is how much each text says: see `measure_fullness`.
    """

    parts: NDArray[np.float32]
    nearness: NDArray[np.float32]
    fullness: NDArray[np.float64]

    def select(self, rows: NDArray[np.int64]) -> Scores:
        """Return the scores of the given texts."""
        return Scores(parts=self.parts[:, rows], nearness=self.nearness[rows], fullness=self.fullness[rows])


def join_parts(by_meaning: NDArray[np.float32], by_words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the scores of all parts (3, texts, intents): by landmarks, by the nearest example, by words."""
    return np.concatenate([by_meaning, by_words[None]])


def combine(scores: NDArray[np.floating], shares: Sequence[float]) -> NDArray[np.float64]:
    """Return probabilities (texts, intents): the softmax of the parts' scores (parts, texts, intents)."""
    return soften(np.tensordot(np.asarray(shares, dtype=np.float64), scores, axes=1))


def soften(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return probabilities over the last axis: the softmax of `scores`."""
    scaled = scores.astype(np.float64)
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
