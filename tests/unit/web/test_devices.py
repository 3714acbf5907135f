from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.devices import LIFETIME, make_device, read_device
from bot.web.visitors import make_token

KEY = b"k" * 32
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EMAIL = "mara@lyra.example"


def test_a_device_is_known_for_its_person_until_it_expires() -> None:
    token = make_device(KEY, EMAIL, now=NOW)
    device = read_device(KEY, " MARA@lyra.example", token, now=NOW)
    assert device
    assert read_device(KEY, EMAIL, token, now=NOW + LIFETIME - timedelta(seconds=1)) == device
    assert read_device(KEY, EMAIL, token, now=NOW + LIFETIME) is None


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="no token"),
        pytest.param(make_device(b"x" * 32, EMAIL, now=NOW), id="another key"),
        pytest.param(make_device(KEY, "tim@lyra.example", now=NOW), id="another person"),
        pytest.param(make_token(KEY, EMAIL, now=NOW), id="signed by the same key for another purpose"),
    ],
)
def test_nothing_else_is_a_known_device(token: str) -> None:
    assert read_device(KEY, EMAIL, token, now=NOW) is None


@given(st.text())
def test_any_text_is_an_unknown_device_without_a_crash(token: str) -> None:
    assert read_device(KEY, EMAIL, token, now=NOW) is None
