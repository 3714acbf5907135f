"""Fits the parts of the intent head with SciPy and scikit-learn. Only training imports this."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.nlu.chances import Scores, join_parts
from bot.nlu.confidence import measure_fullness
from bot.nlu.encoder import read_published_tail
from bot.nlu.intents import WordHead
from bot.nlu.meaning_fitting import fit_meanings, round_half
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
    from bot.nlu.tuning import Tuned

    Vectors = NDArray[np.float32]

MARGIN_C = 1.0
_TINY = 1e-12
_AT_ONCE = 512  # texts compared with all examples
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


def fit_parts(labelled: Labelled, *, seed: int, tuned: Tuned | None = None) -> Parts:
    """Learn from texts and titles. An intent of `names` without either can never win.

    Without `tuned` a tail is learnt, too, where the encoder shows states to learn it from.
    """
    material = _add_titles(labelled)
    vocabulary = learn_vocabulary(material.texts)
    means = _add_up(material)
    if tuned is None and material.sentences.has_states:
        tuned = tune(read_published_tail(), material.sentences, material.labels, means, seed=seed)
    tail = tuned.weights if tuned else None
    vectors = encode_tuned(tail, material.sentences)
    space, landmarks = fit_meanings(vectors, material.labels, intents=len(material.names))
    return Parts(
        vocabulary=vocabulary,
        tail=tail,
        meanings=MeaningHead(
            means=round_half(means),
            centres=round_half(tuned.centres if tuned else means),
            space=space,
            landmarks=landmarks,
        ),
        words=_fit_words(material, vocabulary, seed),
    )


def score_texts(parts: Parts, labelled: Labelled) -> Scores:
    """Return the scores of all texts at once."""
    tuned = encode_tuned(parts.tail, labelled.sentences)
    starts = range(0, len(tuned), _AT_ONCE)
    by_meaning = [parts.meanings.score(tuned[start : start + _AT_ONCE]) for start in starts]
    grams = build_matrix(parts.vocabulary, labelled.texts)
    words = grams @ parts.words.weights.astype(np.float32) + parts.words.bias
    return Scores(
        parts=join_parts(np.concatenate(by_meaning, axis=1), words.astype(np.float32)),
        nearness=parts.meanings.measure_nearness(labelled.sentences.vectors, tuned),
        fullness=measure_fullness(labelled.texts),
    )


def encode_tuned(tail: TailWeights | None, sentences: Sentences) -> Vectors:
    """Return the vectors that the tail makes; without one the encoder's own: (texts, dimensions)."""
    return Tail(tail).encode(sentences) if tail else sentences.vectors


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


def _add_up(material: Labelled) -> Vectors:
    """Return each intent's mean vector of length 1, 0 for one without texts: (intents, dimensions)."""
    vectors = material.sentences.vectors
    sums = np.zeros((len(material.names), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, material.labels, vectors)
    means: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _TINY)
    return means


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
