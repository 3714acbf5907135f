"""What a sentence means: what it is like and nearest to as scores of intents, and how near any intent is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.nlu.example_space import ExampleSpace
    from bot.nlu.landmarks import LandmarkHead

    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeaningHead:
    """Scores intents by `landmarks` and by the nearest examples in `space`.

    Likeness to many examples says what is usual; the nearest one, how something very much like the text was
    labelled. Where the two disagree, people who label do, too.

    `means` and `centres` (intents, dimensions) tell how strange a text is. `space` and `centres` lie among
    the vectors of the project's own tail, `means` among those of the encoder that all projects share: what
    is strange to it stays strange, whatever the tail has learnt.
    """

    means: Vectors
    centres: Vectors
    space: ExampleSpace
    landmarks: LandmarkHead

    def score(self, tuned: Vectors) -> Vectors:
        """Return scores by landmarks and by the nearest example: (2, texts, intents)."""
        cosines = self.space.compare(tuned)
        return np.stack([self.landmarks.score(cosines), self.space.find_nearest(cosines)])

    def measure_nearness(self, vectors: Vectors, tuned: Vectors) -> Vectors:
        """Return the cosines with what lies closest: (texts, 2).

        That is, of `vectors` with an intent's mean and of `tuned` vectors with an intent's centre.
        """
        nearest = (vectors @ self.means.T).max(axis=1), (tuned @ self.centres.T).max(axis=1)
        return np.stack(nearest, axis=1)
