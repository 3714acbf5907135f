"""Fits the intent head with scikit-learn. Only training imports this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.nlu.intents import SPARSE_SCALE, IntentHead, soften
from bot.nlu.ngrams import learn_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.nlu.ngrams import Vocabulary

    Vectors = NDArray[np.float32]

MARGIN_C = 1.0
LOGISTIC_C = 30.0
LOGISTIC_SHARE = 0.2
"""What one unit of the logistic head's score counts beside one of margin.

These three were chosen once, on BANKING77: margins over all features are the better head for many
examples, logistic regression over sentence vectors for few; their sum is within 0.2 points of the better.
"""
DEFAULT_TEMPERATURE = 1.0
_TEMPERATURES = (0.02, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Texts to learn from: `vectors` (texts, dimensions) and `labels` (texts,), positions in `names`."""

    texts: Sequence[str]
    vectors: NDArray[np.float32]
    labels: NDArray[np.int64]
    names: tuple[str, ...]

    def select(self, rows: NDArray[np.int64]) -> Labelled:
        """Return the given rows, under the same names."""
        return Labelled(
            texts=[self.texts[row] for row in rows],
            vectors=self.vectors[rows],
            labels=self.labels[rows],
            names=self.names,
        )


def fit_head(labelled: Labelled, *, temperature: float, seed: int) -> tuple[Vocabulary, IntentHead]:
    """Learn n-grams and weights. Two linear heads are added up, so that inference runs one.

    An intent of `names` without a text here can never win: its bias is far below every score.
    """
    vocabulary = learn_vocabulary(labelled.texts)
    grams = build_matrix(vocabulary, labelled.texts)
    present = np.unique(labelled.labels)
    dimensions = labelled.vectors.shape[1]
    weights = np.zeros((dimensions + grams.shape[1], len(labelled.names)), dtype=np.float64)
    bias = np.full(len(labelled.names), -100.0)
    bias[present] = 0.0
    if len(present) > 1:
        stacked = hstack([csr_matrix(labelled.vectors), SPARSE_SCALE * grams]).tocsr()
        margin = LinearSVC(C=MARGIN_C, random_state=seed).fit(stacked, labelled.labels)
        logistic = LogisticRegression(C=LOGISTIC_C, max_iter=1000).fit(labelled.vectors, labelled.labels)
        _add(weights, bias, _both_sides(margin.coef_, margin.intercept_), present)
        share = LOGISTIC_SHARE
        _add(weights, bias, _both_sides(share * logistic.coef_, share * logistic.intercept_), present)
    head = IntentHead(
        names=labelled.names,
        dense=np.ascontiguousarray(weights[:dimensions], dtype=np.float32),
        sparse=np.ascontiguousarray(weights[dimensions:], dtype=np.float32),
        bias=bias.astype(np.float32),
        temperature=temperature,
    )
    return vocabulary, head


def score_texts(head: IntentHead, vocabulary: Vocabulary, labelled: Labelled) -> NDArray[np.float64]:
    """Return the scores of all texts at once: (texts, intents)."""
    grams = build_matrix(vocabulary, labelled.texts)
    from_grams = (SPARSE_SCALE * grams) @ head.sparse
    return np.asarray(labelled.vectors @ head.dense + from_grams + head.bias, dtype=np.float64)


def fit_temperature(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the temperature under which held-out `scores` give `labels` the highest likelihood."""
    if not len(labels):
        return DEFAULT_TEMPERATURE

    def lose(logarithm: float) -> float:
        chances = soften(scores, float(np.exp(logarithm)))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    found = minimize_scalar(lose, bounds=tuple(np.log(_TEMPERATURES)), method="bounded")
    return float(np.exp(found.x))


def build_matrix(vocabulary: Vocabulary, texts: Sequence[str]) -> csr_matrix:
    """Return the n-gram features as a sparse matrix: (texts, n-grams)."""
    rows = [vocabulary.vectorise(text) for text in texts]
    ends = np.cumsum([0, *(len(row.columns) for row in rows)])
    shape = (len(texts), len(vocabulary.weights))
    values = np.concatenate([row.values for row in rows])
    return csr_matrix((values, np.concatenate([row.columns for row in rows]), ends), shape=shape)


def _both_sides(
    coefficients: NDArray[np.float64],
    intercepts: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (intents, features) and (intents,) also for two intents, where scikit-learn gives one row."""
    if len(coefficients) > 1:
        return coefficients, intercepts
    return np.vstack([-coefficients, coefficients]) / 2, np.concatenate([-intercepts, intercepts]) / 2


def _add(
    weights: NDArray[np.float64],
    bias: NDArray[np.float64],
    linear: tuple[NDArray[np.float64], NDArray[np.float64]],
    present: NDArray[np.int64],
) -> None:
    coefficients, intercepts = linear
    weights[: coefficients.shape[1], present] += coefficients.T
    bias[present] += intercepts
