from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.confidence import Confidence

SURE = np.array([[0.9, 0.08, 0.02]])


def test_the_identity_leaves_probabilities_as_they_are() -> None:
    assert Confidence().apply(SURE, np.array([0.5])) == pytest.approx(SURE)


def test_a_text_far_from_every_example_is_doubted_as_a_whole() -> None:
    confidence = Confidence(farness=20.0, far=0.5)
    near, far = (confidence.apply(SURE, np.array([nearness])) for nearness in (0.6, 0.3))
    assert near == pytest.approx(SURE)
    assert far.max() < 0.2
    assert far / far.max() == pytest.approx(SURE / SURE.max())  # none of the intents gains by it


def test_what_one_gains_the_others_lose() -> None:
    surer = Confidence(odds=2.0).apply(SURE, np.array([1.0]))
    assert surer.max() > 0.98
    assert surer.sum() == pytest.approx(1)


@given(
    scores=st.lists(st.floats(0.001, 1), min_size=1, max_size=9),
    odds=st.floats(0, 5),
    bias=st.floats(-9, 9),
    nearness=st.floats(-1, 1),
)
def test_the_order_stays_and_the_sum_is_one_at_most(
    scores: list[float], odds: float, bias: float, nearness: float
) -> None:
    chances = np.array([scores]) / sum(scores)
    adjusted = Confidence(odds=odds, farness=5.0, far=0.4, bias=bias).apply(chances, np.array([nearness]))
    assert np.isfinite(adjusted).all()
    assert adjusted.min() >= 0
    assert adjusted.sum() <= 1 + 1e-6
    assert adjusted.max() == pytest.approx(adjusted[0, chances.argmax()])
