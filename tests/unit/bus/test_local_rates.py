"""What one process counts while Redis is away."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.bus.rates import LocalRates

HOUR = timedelta(hours=1)


@given(now=st.floats(min_value=0, max_value=1e7), limit=st.integers(min_value=1, max_value=50))
def test_so_many_are_let_through_at_once_whenever_that_is(now: float, limit: int) -> None:
    rates = LocalRates()
    waits = [rates.take("shop", limit=limit, period=HOUR, now=now) for _ in range(limit + 1)]
    assert waits[:-1] == [timedelta()] * limit
    assert timedelta() < waits[-1] <= HOUR / limit + timedelta(milliseconds=1)
