"""Fits the parts of the intent head with SciPy and scikit-learn. Only training imports this."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.linalg.blas import ssyrk
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.nlu.encoder import read_published_tail
from bot.nlu.intents import WordHead
from bot.nlu.landmarks import LandmarkHead, liken
from bot.nlu.meanings import MeaningHead
from bot.nlu.ngrams import learn_vocabulary
from bot.nlu.sentences import join_sentences
from bot.nlu.tail import Tail
from bot.nlu.tuning import tune

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.nlu.ngrams import Vocabulary
    from bot.nlu.sentences import Sentences
    from bot.nlu.tail import TailWeights

    Vectors = NDArray[np.float32]

MARGIN_C = 1.0
RIDGE = 0.1
MAX_LANDMARKS = 2048
"""All examples are learnt from, but likeness is measured to so many of them at most.

Twice as many tell 0.1 points more of BANKING77 and CLINC150 apart (learnt from four fifths, and read with the
validation texts), take three times as long to learn and 0.15 ms more to read a text.
"""
_TINY = 1e-12
_JITTER = 1e-3  # keeps the equations solvable where landmarks are all but equal
_DIGITS = 4  # of the coefficients; more would tell in which order numbers were added up
_ONE_AT_A_TIME = Lock()
"""The library behind `LinearSVC` has one generator of random numbers for all threads of a process."""
_IMPOSSIBLE = -100.0  # the margin of an intent without a text to learn from


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """The intents' names as words, and what the encoder makes of them."""

    texts: Sequence[str]
    sentences: Sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Texts to learn from: what the encoder makes of them, and `labels` (texts,), positions in `names`.

    A name says what its intent is about: each of `titles` counts as one more example, never held out.
    """

    texts: Sequence[str]
    sentences: Sentences
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    titles: Titles | None = None

    def select(self, rows: NDArray[np.int64]) -> Labelled:
        """Return the given rows, under the same names."""
        return Labelled(
            texts=[self.texts[row] for row in rows],
            sentences=self.sentences.select(rows),
            labels=self.labels[rows],
            names=self.names,
            titles=self.titles,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an intent head is made of. `tail` is None where the encoder shows no states to tune it by."""

    vocabulary: Vocabulary
    tail: TailWeights | None
    meanings: MeaningHead
    words: WordHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What `Parts` make of texts: `parts` (2, texts, intents), by meaning and by words.

    `nearness` (texts, 2): see `MeaningHead`.
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
    means = _add_up(material)
    tail, tuned, centres = _tune(material, means, seed)
    return Parts(
        vocabulary=vocabulary,
        tail=tail,
        meanings=MeaningHead(
            means=_round(means),
            centres=_round(centres),
            landmarks=_fit_landmarks(tuned, material),
        ),
        words=_fit_words(material, vocabulary, seed),
    )


def score_texts(parts: Parts, labelled: Labelled) -> Scores:
    """Return the scores of all texts at once."""
    tuned = encode_tuned(parts.tail, labelled.sentences)
    likeness, nearness = parts.meanings.score(labelled.sentences.vectors, tuned)
    grams = build_matrix(parts.vocabulary, labelled.texts)
    words = grams @ parts.words.weights.astype(np.float32) + parts.words.bias
    return Scores(parts=np.stack([likeness, words]).astype(np.float32), nearness=nearness)


def encode_tuned(tail: TailWeights | None, sentences: Sentences) -> Vectors:
    """Return the vectors that the tail makes; without one the encoder's own: (texts, dimensions)."""
    return Tail(tail).encode(sentences) if tail else sentences.vectors


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
        sentences=join_sentences([labelled.sentences, titles.sentences]),
        labels=np.concatenate([labelled.labels, np.arange(len(labelled.names))]),
        names=labelled.names,
    )


def _tune(material: Labelled, means: Vectors, seed: int) -> tuple[TailWeights | None, Vectors, Vectors]:
    """Return the tail, the vectors it makes of the texts, and the intents' centres among them."""
    if not material.sentences.has_states:
        return None, material.sentences.vectors, means
    tuned = tune(read_published_tail(), material.sentences, material.labels, means, seed=seed)
    return tuned.weights, encode_tuned(tuned.weights, material.sentences), tuned.centres


def _add_up(material: Labelled) -> Vectors:
    """Return each intent's mean vector of length 1, 0 for one without texts: (intents, dimensions)."""
    vectors = material.sentences.vectors
    sums = np.zeros((len(material.names), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, material.labels, vectors)
    means: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _TINY)
    return means


def _fit_landmarks(vectors: Vectors, material: Labelled) -> LandmarkHead:
    """Solve kernel ridge regression; with fewer landmarks than texts by the Nyström method.

    Source: Williams and Seeger 2001, "Using the Nyström Method to Speed Up Kernel Machines".
    """
    rows = choose_landmarks(material.labels)
    landmarks = _round(vectors[rows])
    likeness = liken(vectors @ landmarks.T)
    wanted = np.full((len(material.labels), len(material.names)), -1 / len(material.names), dtype=np.float32)
    wanted[np.arange(len(material.labels)), material.labels] = 1
    if len(rows) == len(material.labels):
        equations, right = likeness.astype(np.float64), wanted.astype(np.float64)
        equations[np.diag_indices_from(equations)] += RIDGE
    else:
        # `ssyrk` computes the lower half alone, which is all that is read.
        equations = ssyrk(1.0, likeness, trans=1, lower=1).astype(np.float64)
        equations += RIDGE * liken(landmarks @ landmarks.T)
        right = (likeness.T @ wanted).astype(np.float64)
    solved = _solve(equations, right)
    return LandmarkHead(landmarks=landmarks, coefficients=solved.round(_DIGITS).astype(np.float32))


def _solve(equations: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve symmetric equations, where landmarks are all but equal with as much added as that takes."""
    added = _JITTER
    while True:
        given = equations.copy()
        given[np.diag_indices_from(given)] += added
        try:
            return np.asarray(cho_solve(cho_factor(given, lower=True, overwrite_a=True), right))
        except LinAlgError:
            added *= 10


def _round(array: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return what half precision leaves of the numbers: that is how a model keeps them."""
    return array.astype(np.float16).astype(np.float32)


def _fit_words(material: Labelled, vocabulary: Vocabulary, seed: int) -> WordHead:
    present = np.unique(material.labels)
    weights = np.zeros((len(vocabulary.weights), len(material.names)), dtype=np.float16)
    bias = np.full(len(material.names), _IMPOSSIBLE, dtype=np.float32)
    bias[present] = 0
    if len(present) > 1:
        grams = build_matrix(vocabulary, material.texts)
        with _ONE_AT_A_TIME:
            margin = LinearSVC(C=MARGIN_C, random_state=seed).fit(grams, material.labels)
        coefficients, intercepts = _both_sides(margin.coef_, margin.intercept_)
        weights[:, present] = coefficients.T
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
