"""How well triage transfers: every post is judged once by a head that saw no post of its sector."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from bot.nlu.reliability import get_calibration_error
from bot.nlu.triage import COMPLAINT, LIKELY, URGENT, squash
from bot.nlu.triage_fitting import fit_triage, score_posts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.domain.json import JsonObject
    from bot.nlu.triage import TriageHead
    from bot.nlu.triage_fitting import Posts

FOLDS = 5
EVERYDAY = "everyday"
"""The sector of posts about no company: they are dealt out to all folds."""
VALIDATED = (COMPLAINT, URGENT)
_BALANCES = {COMPLAINT: "balanced", URGENT: None}


def deal_sectors(posts: Posts) -> NDArray[np.int64]:
    """Return each post's fold: (posts,). A sector lies in one fold; the largest sectors are dealt first."""
    sizes: dict[str, int] = {}
    for sector in posts.sectors:
        sizes[sector] = sizes.get(sector, 0) + (sector != EVERYDAY)
    filled = [0] * FOLDS
    dealt: dict[str, int] = {}
    for sector in sorted(sizes, key=lambda sector: (-sizes[sector], sector)):
        dealt[sector] = filled.index(min(filled))
        filled[dealt[sector]] += sizes[sector]
    return np.array(
        [
            _shuffle(text) % FOLDS if sector == EVERYDAY else dealt[sector]
            for text, sector in zip(posts.texts, posts.sectors, strict=True)
        ],
        dtype=np.int64,
    )


def _shuffle(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def score_transfer(posts: Posts) -> NDArray[np.float64]:
    """Return the scores of each post by the head of the other folds: (posts, 5), `VALIDATED` ones only."""
    folds = deal_sectors(posts)
    scores = np.zeros(posts.labels.shape)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(inside) and len(outside):
            scores[inside] = score_posts(fit_triage(posts.select(outside), VALIDATED), posts.select(inside))
    return scores


def calibrate_triage(head: TriageHead, posts: Posts, scores: NDArray[np.float64]) -> TriageHead:
    """Return the head with scores that squash into probabilities which held on sectors left out."""
    factors, shifts = np.ones(len(head.bias)), np.zeros(len(head.bias))
    for question in VALIDATED:
        line = _fit_line(scores[:, question], posts.labels[:, question], question)
        factors[question], shifts[question] = line
    return replace(
        head,
        dense=(head.dense * factors).astype(np.float32),
        sparse=(head.sparse * factors).astype(np.float32),
        bias=(head.bias * factors + shifts).astype(np.float32),
    )


def measure_triage(posts: Posts, scores: NDArray[np.float64]) -> JsonObject:
    """Return the figures of triage on sectors left out, from the scores of `score_transfer`.

    No post's probability was calibrated on its own fold. See `judge_scores`.
    """
    complaints = posts.labels[:, COMPLAINT]
    folds = deal_sectors(posts)
    lines = np.zeros_like(scores)
    for fold in range(FOLDS):
        inside = folds == fold
        factor, shift = _fit_line(scores[~inside, COMPLAINT], complaints[~inside], COMPLAINT)
        lines[inside, COMPLAINT] = factor * scores[inside, COMPLAINT] + shift
    lines[:, URGENT] = scores[:, URGENT]
    return judge_scores(posts, lines)


def judge_scores(posts: Posts, scores: NDArray[np.float64]) -> JsonObject:
    """Return how well calibrated scores, (posts, 5), tell what posts are labelled as.

    Keys: `examples`, `sectors`, `macro_f1`, `precision`, `recall` (of complaints), `urgency_auroc`, `ece`
    (of the complaint's probability, 15 bins).
    """
    complaints, chances = posts.labels[:, COMPLAINT], squash(scores[:, COMPLAINT])
    guesses = chances >= LIKELY
    return {
        "examples": len(complaints),
        "sectors": len(set(posts.sectors)),
        "macro_f1": float(f1_score(complaints, guesses, average="macro", zero_division=0.0)),
        "precision": float(precision_score(complaints, guesses, zero_division=0.0)),
        "recall": float(recall_score(complaints, guesses, zero_division=0.0)),
        "urgency_auroc": _rank_quality(posts.labels[:, URGENT], scores[:, URGENT]),
        "ece": get_calibration_error(np.maximum(chances, 1 - chances), guesses == complaints),
    }


def _fit_line(scores: NDArray[np.float64], answers: NDArray[np.bool_], question: int) -> tuple[float, float]:
    """Return Platt's line: factor and shift under which scores squash into probabilities of `answers`."""
    if answers.all() or not answers.any() or not scores.any():
        return 1.0, 0.0
    fitted = LogisticRegression(C=1e6, class_weight=_BALANCES[question]).fit(scores[:, np.newaxis], answers)
    factor = float(fitted.coef_[0, 0])
    return (factor, float(fitted.intercept_[0])) if factor > 0 else (1.0, 0.0)


def _rank_quality(answers: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    if answers.all() or not answers.any():
        return 0.5
    return float(roc_auc_score(answers, scores))
