from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.outcomes import key_of, pack_outcomes, unpack_outcomes


@given(st.dictionaries(st.integers(0, 2**47 - 1), st.booleans()))
def test_outcomes_come_back_as_they_were(outcomes: dict[int, bool]) -> None:
    assert unpack_outcomes(pack_outcomes(outcomes.items())) == outcomes


@given(st.none() | st.integers() | st.text(string.punctuation))
def test_another_versions_metrics_hold_no_outcomes(packed: object) -> None:
    assert isinstance(unpack_outcomes(packed), dict)
    assert unpack_outcomes(None) == {}


def test_a_key_tells_text_and_intent_apart() -> None:
    assert len({key_of("a", "b"), key_of("b", "a"), key_of("a", "c"), key_of("ab", "")}) == 4
    assert key_of("where is it 📦", "ask") == key_of("where is it 📦", "ask") < 2**47
