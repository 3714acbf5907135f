from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.coverage import Answering, find_safe_thresholds, find_thresholds, trace_coverage


def test_curve_answers_the_surest_first() -> None:
    coverage = trace_coverage(np.array([0.2, 0.9, 0.5, 0.5]), np.array([False, True, True, False]))
    assert coverage.points == (
        Answering(threshold=0.9, coverage=0.25, risk=0),
        Answering(threshold=0.5, coverage=0.75, risk=1 / 3),
        Answering(threshold=0.2, coverage=1.0, risk=0.5),
    )
    assert coverage.area == pytest.approx(0.25 * 0 + 0.5 / 3 + 0.25 * 0.5)


def test_thresholds_answer_as_much_as_a_risk_allows() -> None:
    confidences, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True])
    found = find_thresholds(trace_coverage(confidences, right), (0.0, 0.25))
    assert found[0.0] == Answering(threshold=0.9, coverage=0.25, risk=0)
    assert found[0.25] == Answering(threshold=0.6, coverage=1, risk=0.25)
    sure_and_wrong = trace_coverage(np.array([1.0, 0.1]), np.array([False, True]))
    assert find_thresholds(sure_and_wrong, (0.01,)) == {0.01: None}


def test_a_safe_threshold_keeps_its_promise_on_other_texts() -> None:
    """A risk of 5 % is promised by 400 texts, and kept among as many others in 19 of 20 cases."""
    dice = np.random.default_rng(1)
    kept = {find_thresholds: 0, find_safe_thresholds: 0}
    for _ in range(200):
        confidences = dice.uniform(0.5, 1, 400)
        coverage = trace_coverage(confidences, dice.uniform(size=400) < confidences)
        for find in kept:
            found = find(coverage, (0.05,))[0.05]
            # Texts of at least this confidence are wrong as often as half of what it lacks, on average.
            kept[find] += found is None or (1 - found.threshold) / 2 <= 0.05
    assert kept[find_safe_thresholds] >= 0.93 * 200
    assert kept[find_thresholds] < 0.8 * 200


def test_a_few_texts_promise_little() -> None:
    few = trace_coverage(np.linspace(0.9, 1, 20), np.ones(20, dtype=bool))
    many = trace_coverage(np.linspace(0.9, 1, 200), np.ones(200, dtype=bool))
    assert find_safe_thresholds(few, (0.05,)) == {0.05: None}
    assert find_safe_thresholds(many, (0.05,))[0.05] == Answering(threshold=0.9, coverage=1, risk=0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_curve_ends_where_everything_is_answered(outcomes: list[tuple[float, bool]]) -> None:
    confidences = np.array([confidence for confidence, _ in outcomes])
    right = np.array([was_right for _, was_right in outcomes])
    coverage = trace_coverage(confidences, right)
    last = coverage.points[-1]
    assert (last.threshold, last.coverage) == (confidences.min(), 1)
    assert last.risk == pytest.approx(1 - right.mean())
    assert 0 <= coverage.area <= 1
