"""Whether a confidence means what it says: of the texts with 80 %, are 80 % right? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The texts with a confidence of `low`..`high`: their mean confidence, and the share that is right."""

    low: float
    high: float
    examples: int
    confidence: float
    accuracy: float


def sort_into_bins(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Return those of the 15 equal bins of 0..1 that hold a text; a border belongs to the bin above it."""
    numbers = np.minimum((confidences * BINS).astype(int), BINS - 1)
    found = []
    for number in np.unique(numbers).tolist():
        inside = numbers == number
        found.append(
            Bin(
                low=number / BINS,
                high=(number + 1) / BINS,
                examples=int(inside.sum()),
                confidence=float(confidences[inside].mean()),
                accuracy=float(right[inside].mean()),
            )
        )
    return tuple(found)


def get_calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error: |confidence - accuracy|, averaged over the texts, by bins.

    Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    bins = sort_into_bins(confidences, right)
    total = sum(each.examples * abs(each.confidence - each.accuracy) for each in bins)
    return total / max(len(confidences), 1)
