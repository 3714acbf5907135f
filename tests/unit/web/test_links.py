"""Which words of a message lead somewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.links import split_links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("it is here: https://lyra.example/a?b=c#d.", ["https://lyra.example/a?b=c#d"]),
        ("(see http://lyra.example/a_(b))", ["http://lyra.example/a_(b)"]),
        ("https://a.example, https://b.example!", ["https://a.example", "https://b.example"]),
        ("انظر https://lyra.example/طلب هنا", ["https://lyra.example/طلب"]),
        ("lyra.example/returns javascript:alert(1) ftp://a.example", []),
        ("https://bank.example@thief.example/", []),
        ("https://bank.example/\u202emoc.elpmaxe", ["https://bank.example/"]),
        ("https:// http://[ nothing", []),
        ("", []),
    ],
)
def test_only_plain_addresses_of_the_web_are_links(text: str, links: list[str]) -> None:
    assert [piece.href for piece in split_links(text) if piece.href] == links


@given(st.text(alphabet=st.sampled_from("htps:/. @[]()<>\"'a\u202e\n")) | st.text())
def test_no_letter_is_lost_and_none_is_added(text: str) -> None:
    pieces = split_links(text)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.href in ("", piece.text) for piece in pieces)


def test_brackets_without_end_cost_next_to_nothing() -> None:
    text = "https://a.example" + ")" * 2_000_000  # each looked at for each: the test's time is up

    assert [piece.href for piece in split_links(text)] == ["https://a.example", ""]
