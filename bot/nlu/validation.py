"""Cross-validation: every text is scored once by parts that did not learn from it."""

from __future__ import annotations

import hashlib
from concurrent.futures import as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.calibration import fit_calibration
from bot.nlu.chances import PARTS, Scores
from bot.nlu.confidence import measure_fullness
from bot.nlu.cores import count_cores
from bot.nlu.evaluation import HeldOut
from bot.nlu.fitting import fit_parts, score_texts
from bot.nlu.lasting_threads import LastingExecutor
from bot.nlu.tuning import Tuned, average

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bot.nlu.fitting import Labelled

FOLDS = 4


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossFit:
    """The `scores` of each text by the parts of the other folds, and the tails of these parts, averaged.

    `tuned` is None where there are none.
    """

    scores: Scores
    tuned: Tuned | None


def fit_folds(
    labelled: Labelled,
    folds: NDArray[np.int64],
    *,
    seed: int,
    report: Callable[[int, int], None],
) -> CrossFit:
    """Learn from all folds but one, for each of them in turn."""
    texts, intents = len(labelled.labels), len(labelled.names)
    parts = np.zeros((PARTS, texts, intents), dtype=np.float32)
    nearness = np.zeros((texts, 2), dtype=np.float32)
    tails: dict[int, Tuned] = {}

    def score(fold: int) -> None:
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(inside) and len(outside):
            fitted = fit_parts(labelled.select(outside), seed=seed)
            scored = score_texts(fitted, labelled.select(inside))
            parts[:, inside], nearness[inside] = scored.parts, scored.nearness
            if fitted.tail:
                tails[fold] = Tuned(weights=fitted.tail, centres=fitted.meanings.centres)

    with LastingExecutor(min(count_cores(), FOLDS)) as pool:
        for done, each in enumerate(as_completed([pool.submit(score, fold) for fold in range(FOLDS)])):
            each.result()
            report(done + 1, FOLDS)
    in_order = [tails[fold] for fold in sorted(tails)]
    return CrossFit(
        scores=Scores(parts=parts, nearness=nearness, fullness=measure_fullness(labelled.texts)),
        tuned=average(in_order) if in_order else None,
    )


def calibrate(labelled: Labelled, scores: Scores, folds: NDArray[np.int64]) -> HeldOut:
    """Turn held-out scores into probabilities; no text's calibration was fitted on its own fold."""
    probabilities = np.zeros(scores.parts.shape[1:])
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        calibration = fit_calibration(scores.select(outside), labelled.labels[outside])
        probabilities[inside] = calibration.apply(scores.select(inside))
    return HeldOut(
        texts=labelled.texts,
        names=labelled.names,
        probabilities=probabilities,
        labels=labelled.labels,
    )
