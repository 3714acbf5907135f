"""Reason codes in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.reasons import describe_reason


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("asked_for_person", "asked for a person"),
        ("complaint_double_charge", "charged twice"),
        ("not_understood", "the bot did not understand"),
        ("wants_a_discount", "wants a discount"),
        ("", "a person is needed"),
    ],
)
def test_reason_words(code: str, words: str) -> None:
    assert describe_reason(code) == words


@given(st.text())
def test_every_code_has_words(code: str) -> None:
    assert describe_reason(code).strip()
    assert "_" not in describe_reason(code)
