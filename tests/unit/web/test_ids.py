from __future__ import annotations

import pytest

from bot.web.ids import MAX_ID, read_id


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("0", 0),
        ("17", 17),
        ("9223372036854775807", MAX_ID),
        ("9223372036854775808", MAX_ID),
        ("9" * 5000, MAX_ID),
        ("1" + "0" * 30, MAX_ID),
    ],
)
def test_any_digits_are_an_id_that_can_be_looked_for(digits: str, number: int) -> None:
    assert read_id(digits) == number
