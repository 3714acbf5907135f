"""What a bot that stays silent when unsure answers, and how often it is wrong then. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.significance import CHANCE, bound_share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

ACCEPTED_RISKS = (0.005, 0.01, 0.02, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Answering texts of at least `threshold`: `coverage` of all are answered, `risk` of those wrongly."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The risk-coverage curve of so many `texts`, the surest first: a point for each confidence that occurs.

    `area` is the mean risk over all coverages (El-Yaniv and Wiener 2010 for the curve, Geifman et al.
    2019 for the area): 0 for a model that is surest of what it has right and never wrong.
    """

    points: tuple[Answering, ...]
    area: float
    texts: int


def trace_coverage(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> Coverage:
    """Return what each threshold would have come to."""
    if not len(confidences):
        return Coverage(points=(), area=0.0, texts=0)
    order = np.argsort(-confidences, kind="stable")
    sorted_confidences, wrong = confidences[order], ~right[order]
    answered = np.arange(1, len(order) + 1)
    risks = np.cumsum(wrong) / answered
    # Texts of equal confidence are answered together or not at all.
    last_of_equals = np.append(sorted_confidences[:-1] != sorted_confidences[1:], True)
    points = tuple(
        Answering(
            threshold=float(sorted_confidences[row]),
            coverage=float(answered[row] / len(order)),
            risk=float(risks[row]),
        )
        for row in np.flatnonzero(last_of_equals)
    )
    return Coverage(points=points, area=_get_area(points), texts=len(order))


def find_thresholds(
    coverage: Coverage,
    risks: Sequence[float] = ACCEPTED_RISKS,
) -> dict[float, Answering | None]:
    """Return for each accepted risk what answers most at no more than that risk; None where nothing does.

    Chosen in hindsight, on the very texts that are counted: a little better than it will be on others.
    """
    return {risk: _find_widest(point for point in coverage.points if point.risk <= risk) for risk in risks}


def find_safe_thresholds(
    coverage: Coverage,
    risks: Sequence[float] = ACCEPTED_RISKS,
) -> dict[float, Answering | None]:
    """Return likewise what will keep to each risk on other texts like these, in 19 of 20 cases.

    Source: Geifman and El-Yaniv 2017, "Selective Classification for Deep Neural Networks".
    """
    bounds = [(point, _bound_risk(point, coverage.texts)) for point in coverage.points]
    return {risk: _find_widest(point for point, bound in bounds if bound <= risk) for risk in risks}


def _find_widest(points: Iterable[Answering]) -> Answering | None:
    return max(points, key=lambda point: point.coverage, default=None)


def _bound_risk(point: Answering, texts: int) -> float:
    """Return what the risk among other texts exceeds by chance alone once in twenty times."""
    answered = round(point.coverage * texts)
    _, high = bound_share(round(point.risk * answered), answered, chance=2 * CHANCE)
    return high


def _get_area(points: Sequence[Answering]) -> float:
    """Return the mean risk over all texts; within equals the risk at their end holds for each of them."""
    widths = np.diff([0.0, *(point.coverage for point in points)])
    return float(np.dot(widths, [point.risk for point in points]))
