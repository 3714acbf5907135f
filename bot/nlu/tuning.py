"""Learns a project's own last step of the encoder from its examples. Only training imports this.

Adam (Kingma and Ba 2015) over batches in random order. The numbers below were chosen once, by learning from
ten examples an intent and from four fifths of all, and reading the rest: BANKING77's training texts, and
CLINC150's with its validation texts. Twice or half of each does hardly less well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.products import SIZES, Multiplier
from bot.nlu.tail import TailWeights
from bot.nlu.tail_gradients import CENTRES, Batch, find_gradients

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bot.nlu.sentences import Sentences

    Floats = NDArray[np.float32]

RATE = 2e-3
CENTRES_RATE = 1e-3
BATCH = 64
ROUNDS = 6
"""How often each text is read, where that makes no more than `MOST_READ` in all; once at least."""
MOST_READ = 6000
LEFT_OUT = 0.1
_WARM_UP = 0.1  # the share of the steps in which the rate rises
_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """The learnt `weights`, and where each intent lies: `centres` (intents, dimensions) of length 1."""

    weights: TailWeights
    centres: Floats


def tune(
    weights: TailWeights, sentences: Sentences, labels: NDArray[np.int64], centres: Floats, *, seed: int
) -> Tuned:
    """Start from `weights` and `centres`. Equal arguments give equal results."""
    dice = np.random.default_rng(seed)
    multiply = Multiplier()
    arrays = {name: array.astype(np.float32) for name, array in (*weights.items(), (CENTRES, centres))}
    moves = {name: _Move(array) for name, array in arrays.items()}
    steps = count_steps(len(labels))
    for step, rows in enumerate(_deal_batches(len(labels), steps, dice)):
        batch = _make_batch(sentences.select(rows), labels[rows], dice)
        _, slopes = find_gradients(arrays, batch, multiply)
        pace = _pace(step, steps)
        for name, slope in slopes.items():
            moves[name].make(slope, pace * (CENTRES_RATE if name == CENTRES else RATE))
    learnt = arrays.pop(CENTRES)
    return Tuned(weights=TailWeights(**arrays).round(), centres=_scale(learnt))


def average(tuned: Sequence[Tuned]) -> Tuned:
    """Return the mean of what began alike and learnt from different examples: as good as each of them.

    Source: Wortsman et al. 2022, "Model soups".
    """
    named = [dict(each.weights.items()) for each in tuned]
    weights = TailWeights(**{name: np.mean([each[name] for each in named], axis=0) for name in named[0]})
    return Tuned(weights=weights.round(), centres=_scale(np.mean([each.centres for each in tuned], axis=0)))


def _scale(rows: Floats) -> Floats:
    """Return rows of length 1."""
    scaled: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _TINY)
    return scaled


def count_steps(texts: int) -> int:
    """Return how many batches are learnt from."""
    read = max(texts, min(ROUNDS * texts, MOST_READ))
    return -(-read // BATCH)


def _deal_batches(texts: int, steps: int, dice: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each batch: all texts in random order, then again in another."""
    size = min(BATCH, texts)
    left = dice.permutation(texts)
    for _ in range(steps):
        if len(left) < size:
            left = np.concatenate([left, dice.permutation(texts)])
        yield left[:size]
        left = left[size:]


def _make_batch(sentences: Sentences, labels: NDArray[np.int64], dice: np.random.Generator) -> Batch:
    count = len(sentences.states)
    states = np.zeros((-(-count // SIZES) * SIZES, sentences.states.shape[1]), dtype=np.float32)
    states[:count] = sentences.states
    kept = np.zeros(states.shape, dtype=np.float32)
    kept[:count] = dice.random((count, states.shape[1]), dtype=np.float32) >= LEFT_OUT
    return Batch(
        states=states,
        lengths=sentences.lengths,
        labels=labels,
        kept=kept / np.float32(1 - LEFT_OUT),
    )


def _pace(step: int, steps: int) -> float:
    """Return the share of the full rate: up in a straight line, then down along a cosine."""
    rising = max(1, round(_WARM_UP * steps))
    if step < rising:
        return (step + 1) / rising
    return float(0.5 * (1 + np.cos(np.pi * (step + 1 - rising) / max(1, steps - rising))))


class _Move:
    """Changes `array` in place, by Adam."""

    def __init__(self, array: Floats) -> None:
        self._array = array
        self._mean = np.zeros_like(array)
        self._power = np.zeros_like(array)
        self._made = 0

    def make(self, slope: Floats, rate: float) -> None:
        """Go one step down the slope, whose array is used up: that saves a third of the time."""
        self._made += 1
        self._mean *= _FIRST
        self._mean += (1 - _FIRST) * slope
        self._power *= _SECOND
        slope *= slope
        slope *= 1 - _SECOND
        self._power += slope
        np.sqrt(self._power, out=slope)
        slope += _TINY
        np.divide(self._mean, slope, out=slope)
        slope *= np.float32(rate * np.sqrt(1 - _SECOND**self._made) / (1 - _FIRST**self._made))
        self._array -= slope
