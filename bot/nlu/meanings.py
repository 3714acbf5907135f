"""What a sentence means: its likeness to examples as a score for each intent, and how near any intent is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.nlu.landmarks import LandmarkHead

    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeaningHead:
    """Scores intents by `landmarks`; `means` and `centres` (intents, dimensions) tell how strange a text is.

    `landmarks` and `centres` lie among the vectors of the project's own tail, `means` among those of the
    encoder that all projects share: what is strange to it stays strange, whatever the tail has learnt.
    """

    means: Vectors
    centres: Vectors
    landmarks: LandmarkHead

    def score(self, vectors: Vectors, tuned: Vectors) -> tuple[Vectors, Vectors]:
        """Return scores (texts, intents), and nearness (texts, 2): the cosines with what lies closest.

        That is, of `vectors` with an intent's mean and of `tuned` vectors with an intent's centre.
        """
        nearest = (vectors @ self.means.T).max(axis=1), (tuned @ self.centres.T).max(axis=1)
        return self.landmarks.score(tuned), np.stack(nearest, axis=1)
