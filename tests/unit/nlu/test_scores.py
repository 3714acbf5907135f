from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from bot.nlu.scores import get_accuracy, get_macro_f1, get_weighted_f1, score_names, tabulate

NAMES = st.sampled_from("abcd")


def test_scores_are_counted_as_by_hand() -> None:
    scores = score_names([("a", "a"), ("a", "a"), ("b", "a"), ("b", "b"), ("c", "stranger")])
    assert tabulate(scores) == {
        "a": {"examples": 2, "precision": pytest.approx(2 / 3), "recall": 1.0, "f1": pytest.approx(0.8)},
        "b": {"examples": 2, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)},
        "c": {"examples": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0},
    }
    assert get_accuracy(scores) == 0.6
    assert get_macro_f1(scores) == pytest.approx((0.8 + 2 / 3) / 3)
    assert get_weighted_f1(scores) == pytest.approx((2 * 0.8 + 2 * 2 / 3) / 5)


def test_nothing_scores_nothing() -> None:
    assert (get_accuracy(()), get_macro_f1(()), get_weighted_f1(())) == (0, 0, 0)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1))
def test_scores_agree_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    meant, got = zip(*pairs, strict=True)
    scores, labels = score_names(pairs), sorted(set(meant))
    assert get_accuracy(scores) == pytest.approx(accuracy_score(meant, got))
    for average, ours in (("macro", get_macro_f1(scores)), ("weighted", get_weighted_f1(scores))):
        theirs = f1_score(meant, got, labels=labels, average=average, zero_division=0)
        assert ours == pytest.approx(theirs)
