"""What a text's meaning says of intents: by landmarks, and by the nearest example."""

from __future__ import annotations

import numpy as np

from bot.nlu.example_space import NOWHERE
from bot.nlu.meaning_fitting import KEPT, MAX_LANDMARKS, choose_evenly, fit_meanings
from bot.nlu.meanings import MeaningHead

DIMENSIONS = 200
LABELS = np.array([2, 0, 0, 2, 2])


def make_vectors(count: int) -> np.ndarray:
    vectors = np.random.default_rng(3).normal(size=(count, DIMENSIONS)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def fit(vectors: np.ndarray, labels: np.ndarray, intents: int) -> MeaningHead:
    space, landmarks = fit_meanings(vectors, labels, intents=intents)
    centres = np.zeros((intents, DIMENSIONS), dtype=np.float32)
    return MeaningHead(means=centres, centres=centres, space=space, landmarks=landmarks)


def test_the_nearest_example_of_each_intent_counts() -> None:
    vectors = make_vectors(len(LABELS))
    _, nearest = fit(vectors, LABELS, 4).score(vectors)
    cosines = vectors @ vectors.T
    for label in (0, 2):
        expected = cosines[:, label == LABELS].max(axis=1)
        np.testing.assert_allclose(nearest[:, label], expected, atol=2e-3)  # half precision


def test_an_intent_without_examples_is_far_from_everything() -> None:
    vectors = make_vectors(len(LABELS))
    likeness, nearest = fit(vectors, LABELS, 4).score(vectors)
    assert (nearest[:, [1, 3]] == NOWHERE).all()
    assert (likeness[:, [1, 3]] < likeness[:, [0, 2]].max(axis=1, keepdims=True)).all()


def test_a_label_against_the_usual_shows_in_the_nearest_example_alone() -> None:
    """Landmarks smooth over one example among twenty that says otherwise; the nearest example is that one."""
    usual = make_vectors(1)[0]
    around = usual + 0.02 * make_vectors(21)
    vectors = np.concatenate([around, make_vectors(30)[10:]]).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = np.array([0] * 20 + [1] + [1] * 20)
    likeness, nearest = fit(vectors, labels, 2).score(vectors[20:21])
    assert likeness[0].argmax() == 0
    assert nearest[0].argmax() == 1


def test_vectors_of_few_dimensions_keep_them_all() -> None:
    vectors = make_vectors(9)[:, :20]
    space, _ = fit_meanings(vectors, np.arange(9) % 3, intents=3)
    assert space.basis.shape == (20, 20)
    assert fit_meanings(make_vectors(9), np.arange(9) % 3, intents=3)[0].basis.shape == (DIMENSIONS, KEPT)


def test_examples_are_dealt_out_evenly_where_there_are_too_many() -> None:
    labels = np.repeat([0, 1, 2], [MAX_LANDMARKS, MAX_LANDMARKS, 10])
    rows = choose_evenly(labels, MAX_LANDMARKS)
    counts = np.bincount(labels[rows])
    assert len(rows) == MAX_LANDMARKS
    assert counts[2] == 10
    assert abs(int(counts[0]) - int(counts[1])) <= 1
    assert len(choose_evenly(labels[:100], MAX_LANDMARKS)) == 100
