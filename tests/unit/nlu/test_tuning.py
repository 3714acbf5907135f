from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.encoder import Encoder, read_published_tail
from bot.nlu.sentences import Sentences
from bot.nlu.tail import Tail, TailWeights
from bot.nlu.tail_gradients import CENTRES, Batch, find_gradients
from bot.nlu.tuning import MOST_READ, ROUNDS, average, count_steps, tune
from tests.unit.nlu.conftest import TEXTS

DIMENSIONS, INNER, INTENTS = 6, 8, 3


def make_arrays(dice: np.random.Generator) -> dict[str, np.ndarray]:
    shapes = {
        "wide": (INNER, DIMENSIONS),
        "wide_bias": (INNER,),
        "narrow": (DIMENSIONS, INNER),
        "narrow_bias": (DIMENSIONS,),
        "scale": (DIMENSIONS,),
        "shift": (DIMENSIONS,),
        CENTRES: (INTENTS, DIMENSIONS),
    }
    return {name: dice.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize("name", sorted(make_arrays(np.random.default_rng(0))))
def test_a_small_step_changes_the_loss_as_its_slope_says(name: str) -> None:
    dice = np.random.default_rng(1)
    arrays = make_arrays(dice)
    batch = Batch(
        states=dice.normal(size=(16, DIMENSIONS)).astype(np.float32),
        lengths=np.array([2, 1, 4, 2, 2]),  # the last five states are nobody's
        labels=np.array([0, 1, 0, 2, 1]),
        kept=(dice.random((16, DIMENSIONS)) > 0.2).astype(np.float32),
    )
    direction = dice.normal(size=arrays[name].shape).astype(np.float32)
    slope = (find_gradients(arrays, batch)[1][name] * direction).sum()
    step = np.float32(1e-3)
    up, down = (
        find_gradients({**arrays, name: arrays[name] + sign * step * direction}, batch)[0] for sign in (1, -1)
    )
    assert (up - down) / (2 * step) == pytest.approx(slope, rel=0.02, abs=0.02)


def read_examples(encoder: Encoder) -> tuple[Sentences, np.ndarray, np.ndarray]:
    sentences = encoder.read([text for texts in TEXTS.values() for text in texts])
    labels = np.repeat(np.arange(len(TEXTS)), [len(texts) for texts in TEXTS.values()])
    centres = np.stack([sentences.vectors[labels == label].mean(axis=0) for label in range(len(TEXTS))])
    return sentences, labels, centres


def test_texts_come_closer_to_their_own_intent_than_to_others(encoder: Encoder) -> None:
    sentences, labels, centres = read_examples(encoder)
    tuned = tune(read_published_tail(), sentences, labels, centres, seed=0)

    def measure_lead(vectors: np.ndarray, points: np.ndarray) -> float:
        cosines = vectors @ (points / np.linalg.norm(points, axis=1, keepdims=True)).T
        own = cosines[np.arange(len(labels)), labels]
        return float(np.mean(own - (cosines.sum(axis=1) - own) / (len(points) - 1)))

    before = measure_lead(sentences.vectors, centres)
    assert measure_lead(Tail(tuned.weights).encode(sentences), tuned.centres) > before + 0.05


def test_equal_seeds_give_equal_weights(encoder: Encoder) -> None:
    sentences, labels, centres = read_examples(encoder)
    first, second, other = (
        tune(read_published_tail(), sentences, labels, centres, seed=seed).weights.wide.tobytes()
        for seed in (0, 0, 1)
    )
    assert first == second
    assert first != other


def test_an_average_lies_between_and_is_scaled_anew(encoder: Encoder) -> None:
    sentences, labels, centres = read_examples(encoder)
    two = [tune(read_published_tail(), sentences, labels, centres, seed=seed) for seed in (0, 1)]
    mean = average(two)
    expected = (two[0].weights.wide + two[1].weights.wide) / 2
    np.testing.assert_allclose(mean.weights.wide, expected, atol=1e-3)  # half precision
    np.testing.assert_allclose(np.linalg.norm(mean.centres, axis=1), 1, atol=1e-6)
    assert average(two[:1]).weights.wide.tobytes() == two[0].weights.wide.tobytes()


def test_the_published_step_gives_the_encoders_own_vectors(encoder: Encoder) -> None:
    sentences = encoder.read(["hello", "where is my parcel " * 60, ""])
    cosines = (Tail(read_published_tail()).encode(sentences) * sentences.vectors).sum(axis=1)
    assert cosines.min() > 0.999


def test_many_texts_are_read_once_and_few_several_times() -> None:
    assert count_steps(100_000) * 64 == pytest.approx(100_000, abs=64)
    assert count_steps(640) * 64 == ROUNDS * 640
    assert count_steps(MOST_READ // 2) * 64 == pytest.approx(MOST_READ, abs=64)


def test_weights_of_wrong_shapes_or_numbers_do_not_fit() -> None:
    arrays = make_arrays(np.random.default_rng(0))
    arrays.pop(CENTRES)
    assert TailWeights(**arrays).fits()
    assert not TailWeights(**{**arrays, "shift": arrays["shift"][1:]}).fits()
    assert not TailWeights(**{**arrays, "scale": arrays["scale"] * np.nan}).fits()
