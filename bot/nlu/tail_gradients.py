"""How far texts are from their intents' centres under a tail, and which way everything should move. Pure.

Only training imports this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.chances import soften
from bot.nlu.products import Kind, multiply_exactly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.nlu.products import Multiply

    Floats = NDArray[np.float32]

CENTRES = "centres"
SCALE = np.float32(20.0)
"""A cosine of 1 with the intent's centre, for one of 0 with another, makes the odds e to this power."""
SOFTNESS = np.float32(0.2)
"""What cosines of two texts are divided by: the smaller, the more the closest ones count."""
_GELU = np.float32(np.sqrt(2 / np.pi))
_CUBIC = np.float32(0.044715)
_TINY = np.float32(1e-12)
_AT_ONCE = 64  # tokens whose numbers stay in the processor's cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A few texts: `states` (tokens, dimensions), `lengths` in tokens and `labels` (texts,).

    States after those of the last text count nothing. `kept` (tokens, dimensions) is 0 where the step's
    result is left out by chance, and above 1 elsewhere so that nothing is lost on average (dropout).
    """

    states: Floats
    lengths: NDArray[np.int64]
    labels: NDArray[np.int64]
    kept: Floats | None = None

    @property
    def count(self) -> int:
        """How many states are of a text."""
        return int(self.lengths.sum())


def find_gradients(
    arrays: Mapping[str, Floats], batch: Batch, multiply: Multiply = multiply_exactly
) -> tuple[float, dict[str, Floats]]:
    """Return the loss, and its derivative by each of `arrays`: those of `TailWeights`, and `CENTRES`.

    The loss adds up two: how badly the centres (intents, dimensions) tell the intents apart, and how badly
    texts of one intent find each other among all. Sources: Hendrycks and Gimpel 2016 (GELU, by tanh); Ba et
    al. 2016 (layer normalisation); Khosla et al. 2020, "Supervised Contrastive Learning".
    """
    passed = _pass_through(arrays, batch, multiply)
    vectors = passed.vectors
    centres, sizes = _to_unit(arrays[CENTRES])
    from_centres, by_cosine = _compare_with_centres(vectors @ centres.T, batch.labels)
    from_texts, by_likeness = _compare_with_each_other(vectors @ vectors.T, batch.labels)
    by_vector: Floats = by_cosine @ centres
    by_vector += (by_likeness + by_likeness.T) @ vectors
    return from_centres + from_texts, {
        **_trace_back(by_vector, passed, arrays, batch, multiply),
        CENTRES: _through_unit(by_cosine.T @ vectors, centres, sizes),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passed:
    """What became of a batch on its way through a tail, as far as the way back asks for it.

    `inner` (tokens, width) is what GELU made of the widened states, `slopes` its slope there; `normal`
    (tokens, dimensions) are the normalised sums, `spread` (tokens, 1) what they were multiplied by;
    `vectors` (texts, dimensions) have length 1, `norms` (texts, 1) is what they had before.
    """

    inner: Floats
    slopes: Floats
    normal: Floats
    spread: Floats
    vectors: Floats
    norms: Floats


def _pass_through(arrays: Mapping[str, Floats], batch: Batch, multiply: Multiply) -> _Passed:
    widened = multiply(Kind.RIGHT, batch.states, arrays["wide"])
    widened += arrays["wide_bias"]
    inner, slopes = _bend(widened)
    added = multiply(Kind.RIGHT, inner, arrays["narrow"])
    added += arrays["narrow_bias"]
    if batch.kept is not None:
        added *= batch.kept
    normal, spread = _normalise(batch.states + added)
    outcome = normal[: batch.count] * arrays["scale"] + arrays["shift"]
    pooled = np.add.reduceat(outcome, np.cumsum(batch.lengths) - batch.lengths, axis=0)
    vectors, norms = _to_unit(pooled)
    return _Passed(inner=inner, slopes=slopes, normal=normal, spread=spread, vectors=vectors, norms=norms)


def _trace_back(
    by_vector: Floats, passed: _Passed, arrays: Mapping[str, Floats], batch: Batch, multiply: Multiply
) -> dict[str, Floats]:
    """Return the derivatives by the tail's arrays, from those by the texts' vectors."""
    normal = passed.normal
    by_token = np.zeros_like(batch.states)
    by_pooled = _through_unit(by_vector, passed.vectors, passed.norms)
    by_token[: batch.count] = np.repeat(by_pooled, batch.lengths, axis=0)
    by_normal = by_token * arrays["scale"]
    mean = by_normal.mean(axis=1, keepdims=True)
    by_added = (by_normal - mean - normal * (by_normal * normal).mean(axis=1, keepdims=True)) * passed.spread
    if batch.kept is not None:
        by_added *= batch.kept
    by_wide = multiply(Kind.PLAIN, by_added, arrays["narrow"])
    by_wide *= passed.slopes
    return {
        "wide": multiply(Kind.LEFT, by_wide, batch.states),
        "wide_bias": by_wide.sum(axis=0),
        "narrow": multiply(Kind.LEFT, by_added, passed.inner),
        "narrow_bias": by_added.sum(axis=0),
        "scale": (by_token * normal).sum(axis=0),
        "shift": by_token.sum(axis=0),
    }


def _bend(given: Floats) -> tuple[Floats, Floats]:
    """Return GELU of the numbers, and its slope there."""
    bent, slopes = np.empty_like(given), np.empty_like(given)
    for start in range(0, len(given), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        bent[rows], slopes[rows] = _bend_some(given[rows])
    return bent, slopes


def _bend_some(given: Floats) -> tuple[Floats, Floats]:
    """Written for speed: it takes an eighth of the time of learning."""
    squares = given * given
    angle = squares * _CUBIC
    angle += 1
    angle *= given
    angle *= _GELU
    np.tanh(angle, out=angle)
    share = angle + 1
    share *= np.float32(0.5)
    squares *= 3 * _CUBIC
    squares += 1
    squares *= _GELU / 2
    squares *= given
    angle *= angle
    np.subtract(1, angle, out=angle)
    squares *= angle
    squares += share
    share *= given
    return share, squares


def _normalise(states: Floats) -> tuple[Floats, Floats]:
    """Return each token with mean 0 and variance 1, and what it was multiplied by: (tokens, 1)."""
    centred = states - states.mean(axis=1, keepdims=True)
    factor = 1 / np.sqrt((centred * centred).mean(axis=1, keepdims=True) + _TINY)
    return centred * factor, factor


def _to_unit(rows: Floats) -> tuple[Floats, Floats]:
    """Return rows of length 1, and how long they were: (rows, 1)."""
    norms = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _TINY)
    return rows / norms, norms


def _through_unit(slopes: Floats, unit: Floats, norms: Floats) -> Floats:
    """Return the slopes by rows, from those by the same rows scaled to length 1."""
    along: Floats = (slopes - (slopes * unit).sum(axis=1, keepdims=True) * unit) / norms
    return along


def _compare_with_centres(cosines: Floats, labels: NDArray[np.int64]) -> tuple[float, Floats]:
    """Return the cross-entropy of the intents meant, and its slope by `cosines` (texts, intents)."""
    rows = np.arange(len(labels))
    slopes = soften(SCALE * cosines).astype(np.float32)
    loss = -float(np.log(slopes[rows, labels] + _TINY).mean())
    slopes[rows, labels] -= 1
    slopes *= SCALE / np.float32(len(labels))
    return loss, slopes


def _compare_with_each_other(cosines: Floats, labels: NDArray[np.int64]) -> tuple[float, Floats]:
    """Return how unlikely each text picks its like among the others, and the slope by `cosines`.

    A text that is alone with its intent in the batch has nothing to pick.
    """
    likeness = cosines / SOFTNESS
    np.fill_diagonal(likeness, -np.inf)
    same = (labels[:, None] == labels).astype(np.float32)
    np.fill_diagonal(same, 0)
    counts = same.sum(axis=1, keepdims=True)
    wanted = same / np.maximum(counts, 1)
    picked = soften(likeness).astype(np.float32)
    loss = -float((wanted * np.log(picked + _TINY)).sum() / len(labels))
    slopes = np.where(counts > 0, picked - wanted, 0) / (SOFTNESS * np.float32(len(labels)))
    return loss, np.asarray(slopes, dtype=np.float32)
