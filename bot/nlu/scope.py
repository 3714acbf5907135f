"""Whether a text is about anything that the examples are about at all. Pure.

The odds of the best intent say which one fits, not whether one fits: a text about something that nobody
taught is often far from every example and yet closer to one intent than to all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ORDINARY = 3.0
"""The place of an ordinary text, one that half of the texts in scope are stranger than."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A weighted sum of the best intent's log odds and of three cosines: see `Evidence`.

    The weights make it 0 for a text that is stranger than 19 of 20 of the project's own, and `ORDINARY` for
    an ordinary one.
    """

    odds: float = 0.0
    mean: float = 0.0
    centre: float = 0.0
    example: float = 0.0
    bias: float = ORDINARY

    def place(self, odds: NDArray[np.floating], nearness: NDArray[np.floating]) -> Floats:
        """Return where texts lie, from their log `odds` (texts,) and `nearness` (texts, 3): (texts,)."""
        weights = np.array([self.mean, self.centre, self.example])
        by_nearness: Floats = nearness.astype(np.float64) @ weights
        return by_nearness + self.odds * odds.astype(np.float64) + self.bias
