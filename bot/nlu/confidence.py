"""How likely the best intent is to be right: by odds and leads, how much the text says, how strange it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.chances import NEAREST, combine
from bot.nlu.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.nlu.chances import Scores

    Chances = NDArray[np.float64]

SUREST = 1e-6
"""No probability is closer to 0 or 1 than this before it is turned into odds."""
LONGEST = 10.0
"""No lead is longer: an intent without any text to learn from is far behind all others."""
HALF_FULL = 40.0
"""A text of so many characters says half as much as a text can.

Chosen once, by cross-validation of BANKING77's and CLINC150's training texts: at 80 the surest are ordered a
little better, at 20 a little worse. The fewer, the less a project's short examples say of texts far longer.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A logistic curve over the logarithm of the odds and how far the best intent leads in each part.

    The odds count by `odds`, and by `full_odds` for the text's fullness: "Why was it declined?" may be very
    much like the examples of one intent and mean another, which a longer text would have told. `leads` weigh
    those of the parts; `strangeness` what a text lies below 0 in `scope`.
    """

    odds: float = 1.0
    full_odds: float = 0.0
    leads: tuple[float, float, float] = (0.0, 0.0, 0.0)
    strangeness: float = 0.0
    bias: float = 0.0
    scope: Scope = field(default_factory=Scope)

    def apply(self, evidence: Evidence) -> Chances:
        """Return the chances (texts, intents) with the best one set right; they add up to 1 at most.

        Where the best is less sure than it looked, all shrink alike: what is missing is the chance that
        none of the intents is meant. The order never changes.
        """
        chances = evidence.chances
        best = chances.max(axis=1, keepdims=True)
        missing = np.minimum(self.scope.place(evidence.usual, evidence.nearness), 0)
        slope = self.odds + self.full_odds * evidence.fullness
        score = slope * evidence.odds + evidence.leads @ np.array(self.leads)
        sure = squash(score + self.strangeness * missing + self.bias)[:, None]
        others = np.where(sure < best, sure / best, (1 - sure) / np.maximum(1 - best, SUREST))
        adjusted: Chances = chances * np.minimum(others, sure / best)
        np.put_along_axis(adjusted, chances.argmax(axis=1)[:, None], sure, axis=1)
        return adjusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for and against the best intent of texts.

    `chances` (texts, intents) by all parts, `odds` (texts,) of the best as a logarithm, and `usual` (texts,)
    likewise without the nearest example: also a stray text is nearer to one than to all others.
    `leads` (texts, 3) by each part, before the runner-up of each. `nearness` (texts, 3): the two cosines of
    `MeaningHead`, and that with the nearest example. `fullness` (texts,): see `measure_fullness`.
    """

    chances: Chances
    odds: NDArray[np.float64]
    usual: NDArray[np.float64]
    leads: NDArray[np.float64]
    nearness: NDArray[np.float64]
    fullness: NDArray[np.float64]


def gather_evidence(scores: Scores, shares: Sequence[float]) -> Evidence:
    """Gather it from what the parts say, each with its share."""
    parts = scores.parts
    chances = combine(parts, shares)
    best = chances.argmax(axis=1)
    without = [0.0 if part == NEAREST else share for part, share in enumerate(shares)]
    return Evidence(
        chances=chances,
        odds=get_log_odds(chances.max(axis=1)),
        usual=get_log_odds(combine(parts, without).max(axis=1)),
        leads=np.stack([_measure_lead(part, best) for part in parts], axis=1),
        nearness=np.column_stack([scores.nearness, parts[NEAREST].max(axis=1)]).astype(np.float64),
        fullness=scores.fullness,
    )


def measure_fullness(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return how much texts say by their length alone, 0..1: (texts,). Characters, so for any language."""
    lengths = np.array([len(text) for text in texts], dtype=np.float64)
    return lengths / (lengths + HALF_FULL)


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
