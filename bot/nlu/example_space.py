"""The project's examples as places that a text's vector can be compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.sentences import measure_lengths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

NOWHERE = np.float32(-1.0)
"""The cosine with an intent that has no example: nothing is farther."""
_TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleSpace:
    """Where examples lie, in the few directions that tell them apart.

    `basis` (dimensions, kept) holds these directions. `places` (examples, kept) are of length 1 and stand
    intent by intent; `counts` (intents,) says how many of them are each intent's.
    """

    basis: Vectors
    places: Vectors
    counts: NDArray[np.int64]

    def place(self, vectors: Vectors) -> Vectors:
        """Return where texts lie: (texts, kept), each of length 1."""
        return to_places(vectors, self.basis)

    def compare(self, vectors: Vectors) -> Vectors:
        """Return the cosine of each text with each example: (texts, examples)."""
        cosines: Vectors = self.place(vectors) @ self.places.T
        return cosines

    def find_nearest(self, cosines: Vectors) -> Vectors:
        """Return the cosine with the nearest example of each intent: (texts, intents)."""
        present = np.flatnonzero(self.counts)
        starts = (np.cumsum(self.counts) - self.counts)[present]
        if len(present) == len(self.counts):
            return np.maximum.reduceat(cosines, starts, axis=1)
        nearest = np.full((len(cosines), len(self.counts)), NOWHERE)
        nearest[:, present] = np.maximum.reduceat(cosines, starts, axis=1)
        return nearest


def to_places(vectors: Vectors, basis: Vectors) -> Vectors:
    """Return `vectors` (texts, dimensions) in the directions of `basis`, each of length 1: (texts, kept)."""
    kept = vectors @ basis
    places: Vectors = kept / np.maximum(measure_lengths(kept), _TINY)
    return places
