"""Training data → findings: each text is scored by a model that did not learn from it, as in training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from bot.nlu.doctor.chart import make_chart
from bot.nlu.doctor.examine import examine
from bot.nlu.progress import Progress, Stage
from bot.nlu.training import label_examples
from bot.nlu.validation import FOLDS, calibrate, deal_folds, fit_folds

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.example import TrainingData
    from bot.nlu.doctor.diagnosis import Diagnosis
    from bot.nlu.embeddings import Embedder


def diagnose(
    data: TrainingData,
    *,
    embedder: Embedder,
    seed: int,
    progress: Callable[[Progress], None],
) -> Diagnosis:
    """Look at all of `data`. Equal data and seed give equal findings.

    Raises `ProjectError` where there is no text to look at.
    """
    labelled = label_examples(data, embedder, progress)
    folds = deal_folds(labelled, seed=seed)
    with threadpool_limits(limits=1, user_api="blas"):  # see `bot.nlu.training`
        validated = Stage("validate", progress)
        validated(0, FOLDS)  # as in `bot.nlu.training`
        crossed = fit_folds(labelled, folds, seed=seed, report=validated)
        held_out = calibrate(labelled, crossed.scores, folds)
    chart = make_chart(data, labelled, held_out)
    return examine(chart, Stage("examine", progress))
