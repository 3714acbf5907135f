"""Sentence vector and n-grams → calibrated probability of each intent, with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.domain.understanding import IntentScore
from bot.nlu.chances import Scores, join_parts
from bot.nlu.confidence import gather_evidence, measure_fullness, squash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.nlu.confidence import Confidence
    from bot.nlu.meanings import MeaningHead
    from bot.nlu.ngrams import SparseVector
    from bot.nlu.tail import TailWeights

RANKING_LENGTH = 10
PROBABILITY_DIGITS = 6
"""More would tell how many texts were computed together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordHead:
    """A linear head over n-grams: `weights` (n-grams, intents) in half precision, `bias` (intents,)."""

    weights: NDArray[np.float16]
    bias: NDArray[np.float32]

    def score(self, grams: Sequence[SparseVector]) -> NDArray[np.float32]:
        """Return the margin of each intent: (texts, intents)."""
        scores = np.empty((len(grams), len(self.bias)), dtype=np.float32)
        scores[:] = self.bias
        for row, each in enumerate(grams):
            scores[row] += each.values @ self.weights[each.columns].astype(np.float32)
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`chances` (texts, intents) and `in_scope` (texts,), all in 0..1.

    A row of `chances` adds up to 1 at most: what is missing is the chance that none of the intents is meant.
    `in_scope` is 0.5 for a text stranger than 19 of 20 of the project's own, and 0.95 for an ordinary one.
    """

    chances: NDArray[np.float64]
    in_scope: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentHead:
    """What the sentence means and which words stand in it, together.

    `shares` says how much one unit of each part's scores counts (see `join_parts`); what that gives for the
    best intent is set right by `confidence`. The vectors that `meanings` is to be asked with are made by
    `tail`; None: by the encoder itself.
    """

    names: tuple[str, ...]
    tail: TailWeights | None
    meanings: MeaningHead
    words: WordHead
    shares: tuple[float, float, float]
    confidence: Confidence

    def judge(
        self,
        texts: Sequence[str],
        vectors: NDArray[np.float32],
        tuned: NDArray[np.float32],
        grams: Sequence[SparseVector],
    ) -> Judged:
        """Judge normalised `texts` by the encoder's vectors, those of the tail, and the n-grams."""
        scores = Scores(
            parts=join_parts(self.meanings.score(tuned), self.words.score(grams)),
            nearness=self.meanings.measure_nearness(vectors, tuned),
            fullness=measure_fullness(texts),
        )
        return judge(scores, self.shares, self.confidence)

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


def judge(scores: Scores, shares: Sequence[float], confidence: Confidence) -> Judged:
    """Judge texts by what the parts say of them."""
    evidence = gather_evidence(scores, shares)
    return Judged(
        chances=confidence.apply(evidence).round(PROBABILITY_DIGITS),
        in_scope=squash(confidence.scope.place(evidence.usual, evidence.nearness)).round(PROBABILITY_DIGITS),
    )


def rank(names: Sequence[str], probabilities: NDArray[np.float64]) -> tuple[IntentScore, ...]:
    """Return the `RANKING_LENGTH` likeliest; of equally likely ones the first in `names` goes first."""
    order = np.argsort(-probabilities, kind="stable")[:RANKING_LENGTH]
    best = zip(order.tolist(), probabilities[order].tolist(), strict=True)
    return tuple([IntentScore(name=names[row], confidence=confidence) for row, confidence in best])
