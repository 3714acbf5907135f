"""Fits what tells intents by meaning. Only training imports this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.linalg.blas import ssyrk

from bot.nlu.example_space import ExampleSpace, to_places
from bot.nlu.landmarks import LandmarkHead, liken

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Labels = NDArray[np.int64]

RIDGE = 0.1
MAX_EXAMPLES = 16384
"""So many examples are kept to be the nearest one, 8 MB of them."""
MAX_LANDMARKS = 2048
"""All examples are learnt from, but likeness is measured to so many of them at most.

With twice as many 0.5 points more of BANKING77's texts are answered at the same risk (cross-validation of its
training texts), and learning takes four times as long.
"""
KEPT = 128
"""Directions of the space. As good as all 384 there, and a third of the work."""
_JITTER = 1e-3  # keeps the equations solvable where landmarks are all but equal
_DIGITS = 4  # of the coefficients; more would tell in which order numbers were added up


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pupils:
    """Examples to learn from: `places` (examples, kept) and `labels` (examples,), of so many `intents`."""

    places: Vectors
    labels: Labels
    intents: int


def fit_meanings(vectors: Vectors, labels: Labels, *, intents: int) -> tuple[ExampleSpace, LandmarkHead]:
    """Learn from tuned `vectors` (examples, dimensions) and `labels` (examples,), numbers of intents."""
    basis = round_half(_find_directions(vectors))
    order = np.argsort(labels, kind="stable")
    pupils = _Pupils(places=to_places(vectors[order], basis), labels=labels[order], intents=intents)
    rows = choose_evenly(pupils.labels, MAX_EXAMPLES)
    space = ExampleSpace(
        basis=basis,
        places=round_half(pupils.places[rows]),
        counts=np.bincount(pupils.labels[rows], minlength=intents),
    )
    landmarks = choose_evenly(pupils.labels[rows], MAX_LANDMARKS)
    coefficients = _solve_ridge(pupils, space.places[landmarks])
    return space, LandmarkHead(rows=landmarks, coefficients=coefficients)


def choose_evenly(labels: Labels, most: int) -> NDArray[np.int64]:
    """Return all rows, or alike many of each intent as far as it has them: `most` in all."""
    if len(labels) <= most:
        return np.arange(len(labels))
    turns = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        turns[rows] = np.arange(len(rows))
    return np.sort(np.argsort(turns, kind="stable")[:most])


def round_half(array: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return what half precision leaves of the numbers: that is how a model keeps them."""
    return array.astype(np.float16).astype(np.float32)


def _find_directions(vectors: Vectors) -> NDArray[np.float64]:
    """Return the principal directions of vectors, about the origin, the widest first: (dimensions, kept)."""
    _, directions = np.linalg.eigh((vectors.T @ vectors).astype(np.float64))
    return directions[:, ::-1][:, :KEPT]


def _solve_ridge(pupils: _Pupils, landmarks: Vectors) -> Vectors:
    """Return the coefficients of kernel ridge regression (landmarks, intents).

    With fewer landmarks than examples by the Nyström method. Source: Williams and Seeger 2001, "Using the
    Nyström Method to Speed Up Kernel Machines".
    """
    likeness = liken(pupils.places @ landmarks.T)
    count = len(pupils.labels)
    wanted = np.full((count, pupils.intents), -1 / pupils.intents, dtype=np.float32)
    wanted[np.arange(count), pupils.labels] = 1
    if len(landmarks) == count:
        equations, right = likeness.astype(np.float64), wanted.astype(np.float64)
        equations[np.diag_indices_from(equations)] += RIDGE
    else:
        # `ssyrk` computes the lower half alone, which is all that is read.
        equations = ssyrk(1.0, likeness, trans=1, lower=1).astype(np.float64)
        equations += RIDGE * liken(landmarks @ landmarks.T)
        right = (likeness.T @ wanted).astype(np.float64)
    return _solve(equations, right).round(_DIGITS).astype(np.float32)


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
