from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.understanding import IntentScore
from bot.nlu.chances import soften
from bot.nlu.intents import RANKING_LENGTH, Fallback, rank

FALLBACK = Fallback(threshold=0.3, ambiguity=0.1)


def make_ranking(*confidences: float) -> tuple[IntentScore, ...]:
    return tuple(IntentScore(name=f"i{n}", confidence=value) for n, value in enumerate(confidences))


@pytest.mark.parametrize(
    ("confidences", "unsure"),
    [
        ((0.9, 0.05), False),
        ((0.3, 0.1), False),
        ((0.29, 0.0), True),
        ((0.5, 0.41), True),
        ((0.5, 0.39), False),
        ((0.31,), False),
        ((), True),
    ],
)
def test_fallback_is_unsure_below_a_threshold_or_between_two(
    confidences: tuple[float, ...],
    *,
    unsure: bool,
) -> None:
    assert FALLBACK.is_unsure(make_ranking(*confidences)) is unsure


@given(
    scores=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20),
)
def test_soften_gives_probabilities_in_the_order_of_the_scores(scores: list[float]) -> None:
    probabilities = soften(np.array(scores))
    assert probabilities.sum() == pytest.approx(1)
    assert np.isfinite(probabilities).all()
    assert probabilities[int(np.argmax(scores))] == probabilities.max()


def test_rank_is_short_sorted_and_stable() -> None:
    names = [f"intent{number:02}" for number in range(15)]
    ranking = rank(names, np.array([0.05] * 10 + [0.1] * 5))
    assert [score.name for score in ranking] == [*names[10:], *names[:5]]
    assert len(ranking) == RANKING_LENGTH
