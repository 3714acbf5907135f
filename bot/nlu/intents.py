"""Sentence vector and n-grams → calibrated probability of each intent, with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.domain.understanding import FALLBACK_INTENT, IntentScore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.nlu.ngrams import SparseVector

SPARSE_SCALE = np.float32(0.5)
"""How much the n-grams weigh beside the sentence vector, both of length 1."""
RANKING_LENGTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentHead:
    """A linear head: `dense` (384, intents), `sparse` (n-grams, intents), `bias` (intents,).

    `temperature` turns scores into probabilities that mean what they say on held-out texts.
    """

    names: tuple[str, ...]
    dense: NDArray[np.float32]
    sparse: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float

    def score(self, vector: NDArray[np.float32], grams: SparseVector) -> NDArray[np.float32]:
        """Return the score of each intent: (intents,)."""
        from_grams = (SPARSE_SCALE * grams.values) @ self.sparse[grams.columns]
        return np.asarray(vector @ self.dense + from_grams + self.bias, dtype=np.float32)

    def rank(self, vector: NDArray[np.float32], grams: SparseVector) -> tuple[IntentScore, ...]:
        """Return the likeliest intents, best first; the probabilities of all intents add up to 1."""
        return rank(self.names, soften(self.score(vector, grams), self.temperature))

    def rank_blindly(self) -> tuple[IntentScore, ...]:
        """Return what is known of a text that says nothing: every intent is as likely as any other."""
        return rank(self.names, np.full(len(self.names), 1 / max(len(self.names), 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Rasa's FallbackClassifier: unsure below `threshold`, or when the second is closer than `ambiguity`."""

    threshold: float
    ambiguity: float

    def is_unsure(self, ranking: Sequence[IntentScore]) -> bool:
        """Tell whether the best intent of `ranking` may not be acted on."""
        if not ranking or ranking[0].confidence < self.threshold:
            return True
        return len(ranking) > 1 and ranking[0].confidence - ranking[1].confidence < self.ambiguity

    def apply(self, ranking: tuple[IntentScore, ...]) -> tuple[IntentScore, ...]:
        """Put `nlu_fallback`, with the threshold as its confidence, before an unsure ranking."""
        if not self.is_unsure(ranking):
            return ranking
        return (IntentScore(name=FALLBACK_INTENT, confidence=self.threshold), *ranking)


def soften(scores: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """Return probabilities over the last axis: the softmax of `scores / temperature`."""
    scaled = scores.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def rank(names: Sequence[str], probabilities: NDArray[np.float64]) -> tuple[IntentScore, ...]:
    """Return the `RANKING_LENGTH` likeliest; of equally likely ones the first in `names` goes first."""
    order = np.argsort(-probabilities, kind="stable")[:RANKING_LENGTH]
    return tuple(IntentScore(name=names[row], confidence=float(probabilities[row])) for row in order)
