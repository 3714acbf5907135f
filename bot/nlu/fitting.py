"""Fits the parts of the intent head with SciPy and scikit-learn. Only training imports this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.nlu.intents import WordHead
from bot.nlu.landmarks import LandmarkHead, liken
from bot.nlu.ngrams import learn_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.nlu.ngrams import Vocabulary

    Vectors = NDArray[np.float32]

MARGIN_C = 1.0
RIDGE = 0.1
MAX_LANDMARKS = 4096
"""All examples are learnt from, but likeness is measured to so many of them at most."""
_JITTER = 1e-3  # keeps the equations solvable where landmarks are all but equal
_DIGITS = 4  # of the coefficients; more would tell in which order numbers were added up
_IMPOSSIBLE = -100.0  # the margin of an intent without a text to learn from


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """The intents' names as words, and their vectors (intents, dimensions)."""

    texts: Sequence[str]
    vectors: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Texts to learn from: `vectors` (texts, dimensions) and `labels` (texts,), positions in `names`.

    A name says what its intent is about: each of `titles` counts as one more example, never held out.
    """

    texts: Sequence[str]
    vectors: Vectors
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    titles: Titles | None = None

    def select(self, rows: NDArray[np.int64]) -> Labelled:
        """Return the given rows, under the same names."""
        return Labelled(
            texts=[self.texts[row] for row in rows],
            vectors=self.vectors[rows],
            labels=self.labels[rows],
            names=self.names,
            titles=self.titles,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an intent head is made of."""

    vocabulary: Vocabulary
    sentences: LandmarkHead
    words: WordHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What `Parts` make of texts: `parts` (2, texts, intents), by sentences and by words.

    `nearness` (texts,) is the cosine of a text and the closest landmark.
    """

    parts: NDArray[np.float32]
    nearness: NDArray[np.float32]

    def select(self, rows: NDArray[np.int64]) -> Scores:
        """Return the scores of the given texts."""
        return Scores(parts=self.parts[:, rows], nearness=self.nearness[rows])


def fit_parts(labelled: Labelled, *, seed: int) -> Parts:
    """Learn from texts and titles. An intent of `names` without either can never win."""
    material = _add_titles(labelled)
    vocabulary = learn_vocabulary(material.texts)
    return Parts(
        vocabulary=vocabulary,
        sentences=_fit_sentences(material, choose_landmarks(material.labels)),
        words=_fit_words(material, vocabulary, seed),
    )


def score_texts(parts: Parts, labelled: Labelled) -> Scores:
    """Return the scores of all texts at once."""
    likeness, nearness = parts.sentences.score(labelled.vectors)
    words = build_matrix(parts.vocabulary, labelled.texts) @ parts.words.weights + parts.words.bias
    return Scores(parts=np.stack([likeness, words]).astype(np.float32), nearness=nearness)


def choose_landmarks(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows likeness is measured to: all, or alike many of each intent as far as it has them."""
    if len(labels) <= MAX_LANDMARKS:
        return np.arange(len(labels))
    turns = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        turns[rows] = np.arange(len(rows))
    return np.sort(np.argsort(turns, kind="stable")[:MAX_LANDMARKS])


def build_matrix(vocabulary: Vocabulary, texts: Sequence[str]) -> csr_matrix:
    """Return the n-gram features as a sparse matrix: (texts, n-grams)."""
    rows = [vocabulary.vectorise(text) for text in texts]
    ends = np.cumsum([0, *(len(row.columns) for row in rows)])
    shape = (len(texts), len(vocabulary.weights))
    values = np.concatenate([row.values for row in rows])
    return csr_matrix((values, np.concatenate([row.columns for row in rows]), ends), shape=shape)


def _add_titles(labelled: Labelled) -> Labelled:
    titles = labelled.titles
    if titles is None:
        return labelled
    return Labelled(
        texts=[*labelled.texts, *titles.texts],
        vectors=np.concatenate([labelled.vectors, titles.vectors]),
        labels=np.concatenate([labelled.labels, np.arange(len(labelled.names))]),
        names=labelled.names,
    )


def _fit_sentences(material: Labelled, rows: NDArray[np.int64]) -> LandmarkHead:
    """Solve kernel ridge regression; with fewer landmarks than texts by the Nyström method.

    Source: Williams and Seeger 2001, "Using the Nyström Method to Speed Up Kernel Machines".
    """
    landmarks = _round(material.vectors[rows])
    likeness = liken(material.vectors @ landmarks.T)
    wanted = np.full((len(material.labels), len(material.names)), -1 / len(material.names), dtype=np.float32)
    wanted[np.arange(len(material.labels)), material.labels] = 1
    if len(rows) == len(material.labels):
        equations, right = likeness.astype(np.float64), wanted.astype(np.float64)
        equations[np.diag_indices_from(equations)] += RIDGE
    else:
        equations = (likeness.T @ likeness).astype(np.float64) + RIDGE * liken(landmarks @ landmarks.T)
        equations[np.diag_indices_from(equations)] += _JITTER
        right = (likeness.T @ wanted).astype(np.float64)
    solved = cho_solve(cho_factor(equations, lower=True, overwrite_a=True), right)
    return LandmarkHead(landmarks=landmarks, coefficients=solved.round(_DIGITS).astype(np.float32))


def _round(array: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return what half precision leaves of the numbers: that is how a model keeps them."""
    return array.astype(np.float16).astype(np.float32)


def _fit_words(material: Labelled, vocabulary: Vocabulary, seed: int) -> WordHead:
    present = np.unique(material.labels)
    weights = np.zeros((len(vocabulary.weights), len(material.names)), dtype=np.float32)
    bias = np.full(len(material.names), _IMPOSSIBLE, dtype=np.float32)
    bias[present] = 0
    if len(present) > 1:
        grams = build_matrix(vocabulary, material.texts)
        margin = LinearSVC(C=MARGIN_C, random_state=seed).fit(grams, material.labels)
        coefficients, intercepts = _both_sides(margin.coef_, margin.intercept_)
        weights[:, present] = _round(coefficients.T)
        bias[present] = intercepts
    return WordHead(weights=weights, bias=bias)


def _both_sides(
    coefficients: NDArray[np.float64],
    intercepts: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (intents, features) and (intents,) also for two intents, where scikit-learn gives one row."""
    if len(coefficients) > 1:
        return coefficients, intercepts
    return np.vstack([-coefficients, coefficients]) / 2, np.concatenate([-intercepts, intercepts]) / 2
