from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from bot.nlu.significance import bound_share, compare_outcomes


def test_many_texts_that_only_one_has_right_are_no_chance() -> None:
    test = compare_outcomes([True] * 100, [True] * 80 + [False] * 20)
    assert (test.better, test.worse, test.difference) == (20, 0, 0.2)
    assert test.p_value == pytest.approx(2 / 2**20)
    assert test.significant
    assert 0.12 <= test.low < 0.2 < test.high <= 0.29  # 0.2 give or take twice sqrt(0.2 * 0.8 / 100)


def test_a_few_texts_either_way_may_be_chance() -> None:
    test = compare_outcomes([True] * 97 + [True, True, False], [True] * 97 + [False, False, True])
    assert (test.better, test.worse) == (2, 1)
    assert test.p_value == pytest.approx(1)
    assert not test.significant
    assert test.low < 0 < test.high


def test_equal_models_do_not_differ() -> None:
    for outcomes in ([True, False], []):
        test = compare_outcomes(outcomes, outcomes)
        assert (test.difference, test.low, test.high, test.p_value) == (0, 0, 0, 1)


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_a_comparison_can_be_turned_round(pairs: list[tuple[bool, bool]]) -> None:
    first, second = [one for one, _ in pairs], [two for _, two in pairs]
    test, turned = compare_outcomes(first, second), compare_outcomes(second, first)
    assert (test.better, test.worse, test.difference) == (turned.worse, turned.better, -turned.difference)
    assert test.p_value == pytest.approx(turned.p_value)
    assert -1 <= test.low <= test.high <= 1


@given(st.integers(0, 50), st.integers(0, 50))
def test_bounds_of_a_share_agree_with_scipy(hits: int, misses: int) -> None:
    if not hits + misses:
        assert bound_share(0, 0) == (0, 1)
        return
    theirs = binomtest(hits, hits + misses).proportion_ci(method="wilson")
    assert bound_share(hits, hits + misses) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
