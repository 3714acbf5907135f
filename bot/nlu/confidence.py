"""How likely the best intent is to be right: by its odds, its leads, and how strange the text is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Chances = NDArray[np.float64]

SUREST = 1e-6
"""No probability is closer to 0 or 1 than this before it is turned into odds."""
LONGEST = 10.0
"""No lead is longer: an intent without any text to learn from is far behind all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A logistic curve over the logarithm of the odds and how far the best intent leads in each part.

    `leads` weigh the lead by meaning and by words; `strangeness` what a text lies below 0 in `scope`.
    """

    odds: float = 1.0
    leads: tuple[float, float] = (0.0, 0.0)
    strangeness: float = 0.0
    bias: float = 0.0
    scope: Scope = field(default_factory=Scope)

    def apply(self, chances: Chances, evidence: Evidence) -> Chances:
        """Return `chances` (texts, intents) with the best one set right; they add up to 1 at most.

        Where the best is less sure than it looked, all shrink alike: what is missing is the chance that
        none of the intents is meant. The order never changes.
        """
        best = chances.max(axis=1, keepdims=True)
        missing = np.minimum(self.scope.place(evidence.odds, evidence.nearness), 0)
        score = self.odds * evidence.odds + evidence.leads @ np.array(self.leads)
        sure = squash(score + self.strangeness * missing + self.bias)[:, None]
        others = np.where(sure < best, sure / best, (1 - sure) / np.maximum(1 - best, SUREST))
        adjusted: Chances = chances * np.minimum(others, sure / best)
        np.put_along_axis(adjusted, chances.argmax(axis=1)[:, None], sure, axis=1)
        return adjusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for and against the best intent of texts.

    `odds` (texts,) as logarithms; `leads` (texts, 2) by meaning and by words, before the runner-up of each;
    `nearness` (texts, 2) as of `MeaningHead`.
    """

    odds: NDArray[np.float64]
    leads: NDArray[np.float64]
    nearness: NDArray[np.float64]


def gather_evidence(
    chances: Chances, parts: NDArray[np.floating], nearness: NDArray[np.floating]
) -> Evidence:
    """Gather it from `chances` (texts, intents), which combine the scores `parts` (2, texts, intents)."""
    best = chances.argmax(axis=1)
    return Evidence(
        odds=get_log_odds(chances.max(axis=1)),
        leads=np.stack([_measure_lead(part, best) for part in parts], axis=1),
        nearness=nearness.astype(np.float64),
    )


def _measure_lead(scores: NDArray[np.floating], best: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how far the `best` intent (texts,) is before all others, below 0 where it is not the first."""
    if scores.shape[1] == 1:
        return np.zeros(len(scores))
    others = scores.astype(np.float64)
    rows = np.arange(len(scores))
    own = others[rows, best]
    others[rows, best] = -np.inf
    return np.asarray(np.clip(own - others.max(axis=1), -LONGEST, LONGEST))


def get_log_odds(chances: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return ln(p / (1 - p)), bounded."""
    bounded = np.clip(chances.astype(np.float64), SUREST, 1 - SUREST)
    return np.asarray(np.log(bounded / (1 - bounded)))


def squash(scores: NDArray[np.floating] | Sequence[float]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-scores)), for scores of any size."""
    return np.asarray((1 + np.tanh(np.asarray(scores, dtype=np.float64) / 2)) / 2)
