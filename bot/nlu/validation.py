"""Cross-validation: every text is scored once by a head that did not learn from it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.evaluation import HeldOut
from bot.nlu.fitting import DEFAULT_TEMPERATURE, fit_head, fit_temperature, score_texts
from bot.nlu.intents import soften

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bot.nlu.fitting import Labelled

FOLDS = 5


def deal_folds(labelled: Labelled, *, seed: int) -> NDArray[np.int64]:
    """Return each text's fold: (texts,). The texts of an intent are dealt out evenly, in random order.

    The order comes from the texts themselves: a new example moves no text of another intent to another
    fold, so that two trainings differ by what was taught and not by the dice.
    """
    order = sorted(range(len(labelled.texts)), key=lambda row: _shuffle(labelled.texts[row], seed))
    starts = [_shuffle(name, seed)[0] for name in labelled.names]
    folds = np.empty(len(labelled.labels), dtype=np.int64)
    for label, start in enumerate(starts):
        rows = [row for row in order if labelled.labels[row] == label]
        folds[rows] = (start + np.arange(len(rows))) % FOLDS
    return folds


def _shuffle(text: str, seed: int) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8, salt=seed.to_bytes(8)).digest()


def score_held_out(
    labelled: Labelled,
    folds: NDArray[np.int64],
    *,
    seed: int,
    report: Callable[[int, int], None],
) -> NDArray[np.float64]:
    """Return the scores of each text by the head of the other folds: (texts, intents)."""
    scores = np.zeros((len(labelled.labels), len(labelled.names)))
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(inside) and len(outside):
            vocabulary, head = fit_head(labelled.select(outside), temperature=DEFAULT_TEMPERATURE, seed=seed)
            scores[inside] = score_texts(head, vocabulary, labelled.select(inside))
        report(fold + 1, FOLDS)
    return scores


def calibrate(labelled: Labelled, scores: NDArray[np.float64], folds: NDArray[np.int64]) -> HeldOut:
    """Turn held-out scores into probabilities; no text's temperature was fitted on its own fold."""
    probabilities = np.zeros_like(scores)
    for fold in range(FOLDS):
        inside = folds == fold
        temperature = fit_temperature(scores[~inside], labelled.labels[~inside])
        probabilities[inside] = soften(scores[inside], temperature)
    return HeldOut(
        texts=labelled.texts,
        names=labelled.names,
        probabilities=probabilities,
        labels=labelled.labels,
    )
