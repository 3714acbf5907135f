"""Links, cards and quoted posts, and what is lost with none of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.message import Attachment, Kind
from connectors.bluesky.entities import read_direct, read_post, read_words
from tests.fakes.bluesky_records import make_tid
from tests.unit.connectors.test_bluesky_payload import parse_post

CARD = {
    "$type": "app.bsky.embed.external",
    "external": {"uri": "https://shop.example/1", "title": "Mug", "description": ""},
}
URI = f"at://did:plc:lyra/app.bsky.feed.post/{make_tid(9)}"
WEB = f"https://bsky.app/profile/did:plc:lyra/post/{make_tid(9)}"
QUOTE = {"$type": "app.bsky.embed.record", "record": {"uri": URI, "cid": "bafy"}}
QUOTED = Attachment(kind="post", ref=f"link:{WEB}", name=WEB)


def facet(begin: int, end: int, uri: str = "https://shop.example/a/long/way") -> dict[str, Any]:
    return {
        "index": {"byteStart": begin, "byteEnd": end},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}],
    }


@pytest.mark.parametrize(
    ("text", "facets", "shown"),
    [
        ("see shop.example/a/lo...", [facet(4, 24)], "see https://shop.example/a/long/way"),
        ("see shop.example/a/lo… now", [facet(4, 24)], "see https://shop.example/a/long/way now"),
        (
            "é 😀 this mug!",
            [facet(8, 16, "https://shop.example/1")],
            "é 😀 this mug (https://shop.example/1)!",
        ),
        ("https://shop.example/1", [facet(0, 22, "https://shop.example/1")], "https://shop.example/1"),
        (
            "a b",
            [facet(0, 1, "https://a.example"), facet(2, 3, "https://b.example")],
            "a (https://a.example) b (https://b.example)",
        ),
        ("hi", [facet(0, 900), facet(-3, 1), facet(0, 2, "javascript:alert(1)")], "hi"),
    ],
)
def test_address_behind_words_is_shown(text: str, facets: list[Any], shown: str) -> None:
    assert parse_post(text, facets=facets).content.text == shown
    assert read_direct({"text": text, "facets": facets}).text == shown


def test_card_is_a_line_unless_the_words_hold_it() -> None:
    assert (
        parse_post("Do you have this?", embed=CARD).content.text
        == "Do you have this?\nhttps://shop.example/1"
    )
    assert parse_post("https://shop.example/1 ?", embed=CARD).content.text == "https://shop.example/1 ?"
    event = parse_post("", embed=CARD)
    assert (event.kind, event.content.text) == (Kind.TEXT, "https://shop.example/1")


def test_quoted_post_is_shown_by_its_address() -> None:
    assert parse_post("lol", "quote", embed=QUOTE).content.attachments == (QUOTED,)
    both = {"$type": "app.bsky.embed.recordWithMedia", "media": CARD, "record": QUOTE}
    event = parse_post("lol", "quote", embed=both)
    assert (event.content.text, event.content.attachments) == ("lol\nhttps://shop.example/1", (QUOTED,))


def test_words_stay_where_what_is_shared_has_no_address() -> None:
    for uri in ("at://ann.example/app.bsky.feed.post/3k", "at://did:plc:x/app.bsky.graph.list/3k", 5, None):
        shared: Any = {"$type": "app.bsky.embed.record", "record": {"uri": uri}}
        content = read_direct({"text": "look", "embed": shared})
        assert (content.text, content.attachments) == ("look", ())
        assert read_post({"text": "look", "embed": shared}, "did:plc:ann").text == "look"


odd = st.none() | st.integers(-5, 50) | st.text(max_size=3)
positions = st.fixed_dictionaries({"byteStart": odd, "byteEnd": odd})
features = st.lists(st.fixed_dictionaries({"uri": odd | st.just("https://a.example")}) | odd, max_size=3)
facets = st.lists(
    st.fixed_dictionaries({"index": positions | odd, "features": features | odd}) | odd, max_size=6
)


@settings(deadline=None)
@given(text=st.text(max_size=20), facets=facets | odd)
def test_odd_facets_cost_no_words(text: str, facets: Any) -> None:
    shown = read_words({"text": text, "facets": facets})
    shown.encode()
    if not isinstance(facets, list):
        assert shown == text.replace("\x00", "").strip()
