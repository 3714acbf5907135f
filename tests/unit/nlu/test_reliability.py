from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.reliability import Bin, get_calibration_error, sort_into_bins


def test_calibration_error_is_zero_for_true_promises_and_large_for_false_ones() -> None:
    right = np.array([True] * 8 + [False] * 2)
    assert get_calibration_error(np.full(10, 0.8), right) == pytest.approx(0)
    assert get_calibration_error(np.full(10, 1.0), right) == pytest.approx(0.2)
    assert get_calibration_error(np.array([]), np.array([], dtype=bool)) == 0


def test_calibration_error_weighs_bins_by_their_texts() -> None:
    confidences = np.array([0.9, 0.9, 0.9, 0.5])
    right = np.array([True, True, False, False])
    assert get_calibration_error(confidences, right) == pytest.approx(0.75 * (0.9 - 2 / 3) + 0.25 * 0.5)


def test_bins_that_hold_texts_are_told_with_their_borders() -> None:
    assert sort_into_bins(np.array([0.0, 1.0, 1.0]), np.array([False, True, False])) == (
        Bin(low=0.0, high=1 / 15, examples=1, confidence=0.0, accuracy=0.0),
        Bin(low=14 / 15, high=1.0, examples=2, confidence=1.0, accuracy=0.5),
    )


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_calibration_error_is_a_share(outcomes: list[tuple[float, bool]]) -> None:
    confidences = np.array([confidence for confidence, _ in outcomes], dtype=np.float64)
    right = np.array([was_right for _, was_right in outcomes], dtype=np.bool_)
    assert 0 <= get_calibration_error(confidences, right) <= 1
    assert sum(each.examples for each in sort_into_bins(confidences, right)) == len(outcomes)
