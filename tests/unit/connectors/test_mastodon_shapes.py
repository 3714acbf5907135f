"""Links as servers beside Mastodon write them, and posts that ask for a choice."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import Kind
from connectors.mastodon.plain_text import read_html
from tests.unit.connectors.test_mastodon_payload import parse


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('see <a href="https://shop.example/1">this mug</a>!', "see this mug (https://shop.example/1)!"),
        (
            '<a href="https://shop.example/a/long/way">shop.example/a/lo...</a>',
            "https://shop.example/a/long/way",
        ),
        (
            '<a href="https://shop.example/a/long/way">shop.example/a/lo…</a>',
            "https://shop.example/a/long/way",
        ),
        (
            '<a href="https://shop.example/?a=1&amp;b=2">https://shop.example/?a=1&amp;b=2</a>',
            "https://shop.example/?a=1&b=2",
        ),
        ('<a href="https://shop.example/">shop.example</a>', "shop.example"),
        ('<a href="https://a.example/%C3%A4">https://a.example/ä</a>', "https://a.example/ä"),
        ('<a href="https://a.example/@ann" class="u-url mention">@<span>ann</span></a> hi', "@ann hi"),
        ('<a class="mention hashtag" href="https://a.example/tags/mug">#<span>mug</span></a>', "#mug"),
        ('<a href="https://a.example/@ann">@ann</a>', "@ann"),
        ('<a href="javascript:alert(1)">press</a>', "press"),
        ("</a></a><a>x", "x"),
        (
            '<a href="https://a.example/1">one<a href="https://a.example/2">two</a></a>',
            "onetwo (https://a.example/2)",
        ),
    ],
)
def test_address_behind_a_links_words_is_shown(html: str, text: str) -> None:
    assert read_html(html) == text


def test_choices_of_a_poll_are_read() -> None:
    poll = {"options": [{"title": "Mug", "votes_count": 1}, {"title": "Cup"}, {"title": None}, "odd"]}
    event = parse(content="<p>Which one?</p>", poll=poll)
    assert (event.kind, event.content.text) == (Kind.TEXT, "Which one?\n\n- Mug\n- Cup")
    assert parse(content="<p>hello</p>", poll={"options": 3}).content.text == "hello"


@given(
    html=st.lists(
        st.sampled_from(['<a href="https://a.example/x">', "</a>", "a.example...", "@", "<p>", "y"]),
        max_size=20,
    ).map("".join)
)
def test_any_order_of_links_leaves_every_word(html: str) -> None:
    text = read_html(html)
    assert text.count("y") == html.count("y")


def test_many_links_cost_little() -> None:
    begun = time.thread_time()
    read_html('<a href="https://a.example/x">' * 3_000 + "</a>" * 20_000)
    read_html('<a href="https://a.example/x">z</a>' * 3_000)
    assert time.thread_time() - begun < 5


QUOTED = "https://a.example/@shop/1"
LINE = f'RE: <a href="{QUOTED}" rel="nofollow"><span class="invisible">https://</span><span>a.example/@sh</span></a>'


@pytest.mark.parametrize(
    "html",
    [
        f'<p class="quote-inline">{LINE}</p><p><a class="mention">@<span>lyra</span></a> look at this</p>',
        f'<p>look at this<span class="quote-inline"><br/><br/>{LINE}</span></p>',
    ],
)
@pytest.mark.parametrize(
    "quote",
    [
        {"state": "accepted", "quoted_status": {"id": "1", "url": QUOTED}},
        {"state": "accepted", "quoted_status_id": "1"},
        {"state": "revoked", "quoted_status": None},
        {"id": "1", "url": QUOTED, "content": "<p>Mugs</p>"},
        {"quoted_status": {"url": "javascript:alert(1)"}},
        None,
    ],
)
def test_quoted_post_stands_beside_the_words(html: str, quote: object) -> None:
    event = parse(content=html, quote=quote)
    assert (event.kind, event.content.text) == (Kind.TEXT, "look at this")
    assert [(each.kind, each.ref) for each in event.content.attachments] == [("post", f"link:{QUOTED}")]


def test_post_that_only_quotes_is_no_empty_one() -> None:
    event = parse(content=f'<p class="quote-inline">{LINE}</p>', quote={"state": "pending"})
    assert (event.kind, event.content.text, len(event.content.attachments)) == (Kind.MEDIA, "", 1)
    event = parse(content="<p>see</p>", quote={"quoted_status": {"url": QUOTED}})
    assert (event.content.text, len(event.content.attachments)) == ("see", 1)
    assert parse(content='<p class="quote-inline">RE: gone</p>').content.text == "RE: gone"


def test_quotes_without_end_are_read_in_bounded_time() -> None:
    began = time.process_time()
    for each in (
        '<p class="quote-inline">',
        '<span class="quote-inline"><a href="x">',
        "<p " + "quote-inline ",
    ):
        parse(content=each * (100_000 // len(each)))
    assert time.process_time() - began < 20
