from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.chances import Scores
from bot.nlu.confidence import LONGEST, Confidence, Evidence, gather_evidence, measure_fullness
from bot.nlu.scope import Scope

SURE = np.array([[0.9, 0.08, 0.02]])
SCOPE = Scope(mean=10.0, bias=-5.0)  # 0 at a cosine of 0.5


def score(parts: np.ndarray, nearest: float = 1.0, fullness: float = 0.5) -> Scores:
    texts = parts.shape[1]
    return Scores(parts=parts, nearness=np.full((texts, 2), nearest), fullness=np.full(texts, fullness))


def give(chances: np.ndarray, nearest: float = 1.0, fullness: float = 0.5) -> Evidence:
    return gather_evidence(score(np.stack([np.log(chances)] * 3), nearest, fullness), (1, 0, 0))


def test_the_identity_leaves_probabilities_as_they_are() -> None:
    assert Confidence().apply(give(SURE)) == pytest.approx(SURE)


def test_a_strange_text_is_doubted_as_a_whole() -> None:
    confidence = Confidence(strangeness=2.0, scope=SCOPE)
    ordinary, strange = (confidence.apply(give(SURE, nearest)) for nearest in (0.6, 0.3))
    assert ordinary == pytest.approx(SURE)
    assert strange.max() < 0.2
    assert strange / strange.max() == pytest.approx(SURE / SURE.max())  # none of the intents gains by it


def test_what_one_gains_the_others_lose() -> None:
    surer = Confidence(odds=2.0).apply(give(SURE))
    assert surer.max() > 0.98
    assert surer.sum() == pytest.approx(1)


def test_what_is_said_in_full_is_surer_than_what_is_said_in_brief() -> None:
    confidence = Confidence(odds=0.5, full_odds=1.0)
    brief, full = (confidence.apply(give(SURE, fullness=fullness)).max() for fullness in (0.1, 0.9))
    assert brief < SURE.max() < full
    even = np.array([[0.5, 0.3, 0.2]])  # where nothing speaks for the best, more words do not either
    assert confidence.apply(give(even, fullness=0.9)).max() == pytest.approx(0.5)


def test_fullness_grows_with_the_text_and_never_beyond_one() -> None:
    nothing, brief, half, endless = measure_fullness(["", "why?", "x" * 40, "x" * 4000]).tolist()
    assert nothing == 0 < brief < half == 0.5 < endless < 1


def test_a_lead_is_before_the_runner_up_of_its_part() -> None:
    parts = np.array([[[0.9, 0.2, 0.1]], [[0.1, 0.8, 0.3]], [[-0.5, -100.0, 0.25]]])
    evidence = gather_evidence(score(parts), (1, 0, 0))
    assert evidence.leads == pytest.approx(np.array([[0.7, -0.7, -0.75]]))
    evidence = gather_evidence(score(parts), (0, 1, 0))
    assert evidence.leads[0, 2] == -LONGEST


def test_how_near_one_example_is_says_nothing_of_how_usual_a_text_is() -> None:
    parts = np.array([[[1.0, 0.8]], [[0.9, 0.1]], [[0.0, 0.0]]])
    without = parts.copy()
    without[1] = 0
    near, far = (gather_evidence(score(each), (1, 5, 1)) for each in (parts, without))
    assert near.odds > far.odds
    assert near.usual == far.usual
    assert near.nearness[0].tolist() == [1, 1, 0.9]


@given(
    scores=st.lists(st.floats(0.001, 1), min_size=1, max_size=9),
    confidence=st.builds(
        Confidence,
        odds=st.floats(0, 5),
        full_odds=st.floats(0, 5),
        leads=st.tuples(*[st.floats(0, 5)] * 3),
        strangeness=st.just(1.0),
        bias=st.floats(-9, 9),
        scope=st.just(SCOPE),
    ),
    nearest=st.floats(-1, 1),
)
def test_the_order_stays_and_the_sum_is_one_at_most(
    scores: list[float], confidence: Confidence, nearest: float
) -> None:
    chances = np.array([scores]) / sum(scores)
    adjusted = confidence.apply(give(chances, nearest))
    assert np.isfinite(adjusted).all()
    assert adjusted.min() >= 0
    assert adjusted.sum() <= 1 + 1e-6
    assert adjusted.max() == pytest.approx(adjusted[0, chances.argmax()])
