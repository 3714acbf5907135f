"""Slack's markup, names of emoji, and its escaping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.words import escape, read_emoji, read_words, split_escaped, unescape
from tests.fakes.slack import BOT_USER


@pytest.mark.parametrize(
    ("name", "character"),
    [
        ("thumbsup", "👍"),
        ("+1", "👍"),
        ("+1::skin-tone-2", "👍🏻"),
        ("wave::skin-tone-6", "👋🏿"),
        ("party_cat", ":party_cat:"),
    ],
)
def test_emoji_have_names(name: str, character: str) -> None:
    assert read_emoji(name) == character


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (f"<@{BOT_USER}> hello", "hello"),
        (f"<@{BOT_USER}|lyra>: hello", "hello"),
        (f"sit here <@{BOT_USER}> if you want<@{BOT_USER}>", "sit here if you want"),
        (f"sit here<@{BOT_USER}>if you want <@{BOT_USER}>!", "sit here if you want!"),
        (f"Hey <@{BOT_USER}>, you", "Hey, you"),
        ("ask <@U9> or <@U8> or <@U8|bob>", "ask @Mara or @U8 or @bob"),
        ("in <#C1|general> and <#C2>", "in #general and #C2"),
        ("<!here> <!subteam^S1|@helpers> <!date^1392734382^{date}|Feb 18>", "@here @helpers Feb 18"),
        ("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"),
        ("<http://x.example|x.example>", "x.example"),
        ("<https://x.example|our shop>", "our shop (https://x.example)"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt;", "&lt;"),
        ("a < b > c", "a < b > c"),
    ],
)
def test_markup_is_read_as_people_see_it(raw: str, shown: str) -> None:
    assert read_words(raw, own_id=BOT_USER, names={"U9": "Mara"}) == shown


@given(text=st.text(alphabet=st.sampled_from("&<>a é😀\n"), max_size=200), limit=st.integers(5, 30))
def test_escaped_text_is_cut_between_its_characters(text: str, limit: int) -> None:
    parts = split_escaped(text, limit=limit)
    assert all(len(part) <= limit for part in parts)
    assert "".join("".join(map(unescape, parts)).split()) == "".join(text.split())
    assert all(escape(unescape(part)) == part for part in parts)
