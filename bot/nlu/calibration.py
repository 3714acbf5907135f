"""Held-out scores → how much each part of the intent head counts, and what its probabilities mean.

Only training imports this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from bot.nlu.chances import combine
from bot.nlu.confidence import Confidence, gather_evidence, squash
from bot.nlu.intents import judge
from bot.nlu.scope import ORDINARY, Scope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.nlu.chances import Scores
    from bot.nlu.confidence import Evidence

    Floats = NDArray[np.float64]

DEFAULT_SHARES = (4.0, 8.0, 1.5)
"""Where nothing was held out: what larger sets of examples come to."""
STRANGE = 0.05
"""The share of a project's own texts, the strangest, whose confidence is lowered for it."""
LOWERED = 0.5
"""By how many standard deviations of the curve's score, for one of strangeness.

Both were chosen once, among texts of BANKING77's training set that were not learnt from, and CLINC150's
validation texts: the confidence of BANKING77's stays as true (calibration error 0.016 for 0.012) and that of
CLINC150's tells better what is out of scope (AUROC 0.982 for 0.974). With 4.0 it would be 0.05, and 0.988.
The nearest example was not yet among the parts then.
"""
_LEAST_SPREAD = 1e-3
_LEAST_SCOPE = np.array([0.5, 0.02, 0.02, 0.02])
"""Odds and cosines of very few texts may be equal by chance: those of others will differ by this much."""
_LEAST_RANGE = 1.0  # likewise, between the strangest texts and ordinary ones, in spreads
_DIGITS = 4  # more would tell in which order numbers were added up
_PULL = 1.0  # what a number that is twice its start costs, in texts that would have to speak for it
_SHARES_PULL = 10.0  # likewise: ten examples an intent would trust the nearest one too much


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What `IntentHead` needs beside its parts."""

    shares: tuple[float, float, float] = DEFAULT_SHARES
    confidence: Confidence = field(default_factory=Confidence)

    def apply(self, scores: Scores) -> Floats:
        """Return the probabilities of texts: (texts, intents)."""
        return judge(scores, self.shares, self.confidence).chances


def fit_calibration(scores: Scores, labels: NDArray[np.int64]) -> Calibration:
    """Learn from texts that the parts had not learnt from, and their intents `labels` (texts,)."""
    if not len(labels) or scores.parts.shape[2] == 1:
        return Calibration()
    shares = _fit_shares(scores.parts, labels)
    evidence = gather_evidence(scores, shares)
    right = evidence.chances.argmax(axis=1) == labels
    return Calibration(shares=shares, confidence=_fit_confidence(evidence, right))


def _fit_shares(parts: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[float, float, float]:
    """Return the shares (not below 0) under which `labels` are likeliest."""
    rows = np.arange(len(labels))
    meant = parts[:, rows, labels].astype(np.float64)
    start = np.array(DEFAULT_SHARES)

    def lose(shares: Floats) -> tuple[float, Floats]:
        chances = combine(parts, shares.tolist())
        loss = -np.log(np.maximum(chances[rows, labels], 1e-12)).mean()
        expected = np.einsum("ti,pti->pt", chances, parts)
        distance, pull = shares / start - 1, _SHARES_PULL / len(labels)
        slope = (expected - meant).mean(axis=1) + 2 * pull * distance / start
        return loss + pull * (distance**2).sum(), slope

    found = minimize(lose, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
    by_landmarks, by_nearest, by_words = found.x.round(_DIGITS).tolist()
    return by_landmarks, by_nearest, by_words


def _fit_confidence(evidence: Evidence, right: NDArray[np.bool_]) -> Confidence:
    """Weigh the evidence, lower what is stranger than most, then set the level."""
    spoken = np.column_stack([evidence.odds, evidence.odds * evidence.fullness, evidence.leads])
    weights, _ = _fit_logistic(spoken / _spread(spoken), right, start=_take_odds_alone(spoken))
    weights = weights / _spread(spoken)
    scope = _fit_scope(evidence)
    places = scope.place(evidence.usual, evidence.nearness)
    lowering = LOWERED * float(_spread(spoken @ weights)) / float(_spread(places))
    lowered = spoken @ weights + lowering * np.minimum(places, 0)
    (level,), bias = _fit_logistic(lowered[:, None], right, start=np.array([1.0]))
    odds, full_odds, *leads = (level * weights).round(_DIGITS).tolist()
    return Confidence(
        odds=odds,
        full_odds=full_odds,
        leads=(leads[0], leads[1], leads[2]),
        strangeness=round(float(level) * lowering, _DIGITS),
        bias=round(bias, _DIGITS),
        scope=scope,
    )


def _take_odds_alone(spoken: Floats) -> Floats:
    """Return the weights of odds as they are, and of nothing else, in units of their spreads."""
    start = np.zeros(spoken.shape[1])
    start[0] = _spread(spoken)[0]
    return start


def _fit_scope(evidence: Evidence) -> Scope:
    """Give the odds and each cosine equal say. Nothing out of scope is needed for that."""
    seen = np.column_stack([evidence.usual, evidence.nearness])
    weights = 1 / np.maximum(seen.std(axis=0), _LEAST_SCOPE)
    sums = seen @ weights
    low, middle = np.quantile(sums, [STRANGE, 0.5])
    unit = ORDINARY / max(float(middle - low), _LEAST_RANGE)
    odds, mean, centre, example = (unit * weights).round(_DIGITS).tolist()
    bias = round(-unit * float(low), _DIGITS)
    return Scope(odds=odds, mean=mean, centre=centre, example=example, bias=bias)


def _spread(columns: Floats) -> Floats:
    """Return the standard deviation of each column, not below a little."""
    return np.asarray(np.maximum(columns.std(axis=0), _LEAST_SPREAD))


def _fit_logistic(features: Floats, right: NDArray[np.bool_], *, start: Floats) -> tuple[Floats, float]:
    """Return weights (not below 0) and bias of the curve that tells from `features` what is right.

    What is right or wrong counts a little less than wholly, so that texts that are all right do not
    make the curve infinitely steep, and the curve is pulled a little towards its `start` with no bias, so
    that such texts do not make it flat either. Source: Platt 1999, "Probabilistic Outputs for Support Vector
    Machines".
    """
    hits = int(right.sum())
    wanted = np.where(right, (hits + 1) / (hits + 2), 1 / (len(right) - hits + 2))
    begin = np.append(start, 0.0)
    ones = np.column_stack([features, np.ones(len(right))])

    def lose(curve: Floats) -> tuple[float, Floats]:
        guessed = squash(ones @ curve)
        bounded = np.clip(guessed, 1e-12, 1 - 1e-12)
        loss = -(wanted * np.log(bounded) + (1 - wanted) * np.log(1 - bounded)).mean()
        distance, pull = curve - begin, _PULL / len(right)
        slope = (guessed - wanted) @ ones / len(right) + 2 * pull * distance
        return loss + pull * (distance**2).sum(), slope

    bounds = [*[(0.0, None)] * len(start), (None, None)]
    *weights, bias = minimize(lose, begin, jac=True, method="L-BFGS-B", bounds=bounds).x.tolist()
    return np.array(weights), bias
