"""How likely the best intent is to be right: by its odds, and by how near the text is to any example.

The odds alone say which intent fits best, not whether one fits at all: a text about something that nobody
taught is often far from every example and yet closer to one intent than to all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Chances = NDArray[np.float64]

SUREST = 1e-6
"""No probability is closer to 0 or 1 than this before it is turned into odds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A logistic curve over the logarithm of the odds and, where it is below `far`, over nearness."""

    odds: float = 1.0
    farness: float = 0.0
    far: float = 0.0
    bias: float = 0.0

    def apply(self, chances: Chances, nearness: NDArray[np.floating]) -> Chances:
        """Return `chances` (texts, intents) with the best one set right; they add up to 1 at most.

        Where the best is less sure than it looked, all shrink alike: what is missing is the chance that
        none of the intents is meant. The order never changes.
        """
        best = chances.max(axis=1, keepdims=True)
        missing = np.minimum(nearness - self.far, 0)[:, None]
        sure = squash(self.odds * get_log_odds(best) + self.farness * missing + self.bias)
        others = np.where(sure < best, sure / best, (1 - sure) / np.maximum(1 - best, SUREST))
        adjusted: Chances = chances * np.minimum(others, sure / best)
        np.put_along_axis(adjusted, chances.argmax(axis=1)[:, None], sure, axis=1)
        return adjusted


def get_log_odds(chances: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return ln(p / (1 - p)), bounded."""
    bounded = np.clip(chances.astype(np.float64), SUREST, 1 - SUREST)
    return np.asarray(np.log(bounded / (1 - bounded)))


def squash(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-scores)), for scores of any size."""
    return np.asarray((1 + np.tanh(np.asarray(scores, dtype=np.float64) / 2)) / 2)
