from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadSignature
from bot.web.visitors import LIFETIME, is_allowed_origin, make_token, read_token

KEY = b"k" * 32
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWN = frozenset({"https://visavis.example"})


def test_a_token_says_whose_it_is_until_it_expires() -> None:
    token = make_token(KEY, "lyra", now=NOW, visitor="v1")
    assert read_token(KEY, "lyra", token, now=NOW).id == "v1"
    assert not read_token(KEY, "lyra", token, now=NOW + LIFETIME / 2 - timedelta(seconds=1)).renew
    assert read_token(KEY, "lyra", token, now=NOW + LIFETIME / 2 + timedelta(seconds=1)).renew
    with pytest.raises(BadSignature, match="expired"):
        read_token(KEY, "lyra", token, now=NOW + LIFETIME)


def test_two_visitors_are_not_the_same() -> None:
    assert len({make_token(KEY, "lyra", now=NOW).partition(".")[0] for _ in range(100)}) == 100


@given(st.data())
def test_a_token_changed_anywhere_is_refused(data: st.DataObject) -> None:
    token = make_token(KEY, "lyra", now=NOW, visitor="v1")
    at = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters().filter(lambda drawn: drawn != token[at]))
    with pytest.raises(BadSignature):
        read_token(KEY, "lyra", token[:at] + character + token[at + 1 :], now=NOW)


@given(st.text())
def test_any_text_is_refused_without_a_crash(token: str) -> None:
    with pytest.raises(BadSignature):
        read_token(KEY, "lyra", token, now=NOW)


def test_a_token_is_good_for_its_account_only() -> None:
    with pytest.raises(BadSignature):
        read_token(KEY, "vega", make_token(KEY, "lyra", now=NOW), now=NOW)


@pytest.mark.parametrize(
    ("origin", "allowed", "answer"),
    [
        ("https://visavis.example", "", True),
        ("https://shop.example", "", False),
        ("https://shop.example", "https://shop.example", True),
        ("https://shop.example", "https://a.example, https://shop.example", True),
        ("http://shop.example", "https://shop.example", False),
        ("https://shop.example.evil.example", "https://shop.example", False),
        ("null", "https://shop.example", False),
        ("https://shop.example", "*", True),
        (None, "", True),
    ],
)
def test_which_sites_may_open_the_chat(origin: str | None, allowed: str, answer: bool) -> None:  # noqa: FBT001 - a parametrised expectation
    assert is_allowed_origin(origin, own=OWN, allowed=allowed) is answer
