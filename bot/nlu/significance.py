"""What figures from so many texts can prove, of one model and of two beside each other. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

CHANCE = 0.05
"""A difference that chance alone would bring about less often than this counts as real."""
_DRAWS = 10_000
_SEED = 20_241_1


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTest:
    """Two models on the same `examples`: `better` only the first has right, `worse` only the second.

    `difference` is the first's accuracy less the second's; `low` and `high` bound it in 95 of 100 draws of
    as many texts (bootstrap). `p_value` is how often models that are equally good would differ by this
    much or more (exact McNemar test, both sides).
    """

    examples: int
    better: int
    worse: int
    difference: float
    low: float
    high: float
    p_value: float

    @property
    def significant(self) -> bool:
        """Whether chance is no good explanation."""
        return self.p_value < CHANCE


def compare_outcomes(first: Sequence[bool], second: Sequence[bool]) -> PairedTest:
    """Compare which texts two models have right; the n-th of both is the same text."""
    pairs = list(zip(first, second, strict=True))
    better = sum(one and not other for one, other in pairs)
    worse = sum(other and not one for one, other in pairs)
    low, high = _bound(len(pairs), better, worse)
    return PairedTest(
        examples=len(pairs),
        better=better,
        worse=worse,
        difference=(better - worse) / max(len(pairs), 1),
        low=low,
        high=high,
        p_value=_test_evenness(better, worse),
    )


def bound_share(hits: int, examples: int, *, chance: float = CHANCE) -> tuple[float, float]:
    """Return what the share of hits lies between in the long run, but for `chance` (Wilson's interval)."""
    if not examples:
        return 0.0, 1.0
    spread = NormalDist().inv_cdf(1 - chance / 2)
    middle, scale = hits + spread**2 / 2, examples + spread**2
    half = spread * sqrt(hits * (examples - hits) / examples + spread**2 / 4)
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)


def _test_evenness(better: int, worse: int) -> float:
    """Return how often a fair coin falls as unevenly as this, or more so: McNemar's test, exact."""
    # Not at the top: a second to load, and only who compares two models needs it.
    from scipy.stats import binomtest  # noqa: PLC0415 - see above

    return float(binomtest(better, better + worse).pvalue) if better + worse else 1.0


def _bound(examples: int, better: int, worse: int) -> tuple[float, float]:
    """Return the middle 95 % of the difference over draws of as many texts, with replacement.

    Texts differ only in what they add to it (1, -1 or 0), so drawing texts is drawing these three.
    """
    if not examples:
        return 0.0, 0.0
    shares = np.array([better, worse, examples - better - worse]) / examples
    drawn = np.random.default_rng(_SEED).multinomial(examples, shares, size=_DRAWS)
    differences = (drawn[:, 0] - drawn[:, 1]) / examples
    low, high = np.quantile(differences, (0.025, 0.975))
    return float(low), float(high)
