"""What stands around a customer's words, out of what connectors, and anybody's programs, keep of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import Attachment, Author, Content, Kind, Message
from bot.web.around_view import AroundView, QuoteView, show_quoted, view_around, view_quote


def message(metadata: Any, *, author: Author = Author.CONTACT, **more: Any) -> Message:
    return Message(
        id=5,
        conversation_id=1,
        seq=5,
        author=author,
        kind=Kind.TEXT,
        content=Content(text="this one"),
        created_at=datetime(2026, 5, 4, tzinfo=UTC),
        metadata=metadata,
        **more,
    )


def around(**metadata: Any) -> list[str]:
    return [line.words for line in view_around(message(metadata))]


@pytest.mark.parametrize(
    ("metadata", "lines"),
    [
        ({"forwarded": True}, ["Forwarded"]),
        ({"forwarded": "Bob"}, ["Forwarded from Bob"]),
        ({"standby": True}, ["To another app, which has this conversation"]),
        ({"story_id": "9"}, ["In answer to a story"]),
        ({"start_payload": "spring"}, ["Came by the link “spring”"]),
        ({"referral": {"source_type": "ad", "headline": "Sale"}}, ["Came by the advertisement “Sale”"]),
        ({"referral": {"source": "ADS", "ad_id": "6"}}, ["Came by an advertisement"]),
        ({"referral": {"source_type": "post", "headline": "Lamps"}}, ["Came by the post “Lamps”"]),
        (
            {"referral": {"ref": "a", "source": "SHORTLINK"}, "start_payload": "a"},
            ["Came by the link “a”"],
        ),
        ({"referral": {"product_id": "77"}}, ["About the product 77"]),
        ({"referral": {"welcome_message_id": "7"}}, ["Came by a welcome message"]),
        ({"product": "SKU-1"}, ["About the product SKU-1"]),
        ({"content_warning": "spiders"}, ["Behind a warning: spiders"]),
        ({"subject": "My lamp"}, ["Subject: My lamp"]),
        ({"subject": "Re: My lamp"}, []),
        ({"encrypted": "pgp"}, ["Encrypted (pgp): nothing of it can be read here"]),
        ({"live": True, "forwarded": True}, ["Forwarded", "During a live video"]),
        ({"opt_out": "stop"}, ["The platform has answered this word itself"]),
        ({"passed_on": True}, ["Somebody new: this phone number was another customer's until now"]),
        ({"forwarded": {"odd": 1}, "referral": "odd", "subject": 7, "live": "yes"}, []),
    ],
)
def test_line(metadata: Any, lines: list[str]) -> None:
    assert around(**metadata) == lines


def test_advertisement_leads_to_where_it_stands() -> None:
    referral = {"source_type": "ad", "headline": "Sale", "source_url": "https://www.fb.me/xyz"}
    (line,) = view_around(message({"referral": referral}))
    assert (line.link, line.href) == ("fb.me", "https://www.fb.me/xyz")
    (line,) = view_around(message({"referral": {"tweet_id": "55"}}))
    assert line.href == "https://x.com/i/status/55"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "http://fb.me/xyz",
        "https:///x",
        "https://fb.me@evil.example/",
        "https://a b",
        'https://a"\n',
        "https://[",
        7,
        None,
    ],
)
def test_what_is_no_plain_https_link_is_none(link: Any) -> None:
    referral = {"source_type": "ad", "headline": "Sale", "source_url": link}
    assert view_around(message({"referral": referral, "permalink": link})) == (
        AroundView(words="Came by the advertisement “Sale”"),
    )


def test_story_that_is_shown_as_a_file_is_not_told_again() -> None:
    shown = Content(text="nice", attachments=(Attachment(kind="story", ref="story:https://x"),))
    assert view_around(replace(message({"story_id": "9"}), content=shown)) == ()


def test_quote_is_shown_where_it_is_ours_and_told_where_it_is_not() -> None:
    ours = replace(message({}, author=Author.BOT), id=3, content=Content(text="Which lamp do you mean?"))
    known = {"wamid.1": show_quoted(ours, "Bot")}
    quote = QuoteView(who="Bot", words="Which lamp do you mean?", id=3)
    assert view_quote(message({"quoted": "wamid.1"}), known) == quote
    assert view_quote(message({"reply_to": "wamid.1"}), known) == quote
    assert view_quote(message({"parent_id": "wamid.1"}), known) == quote
    part = view_quote(message({"quoted": "wamid.1", "quoted_text": "Which lamp"}), known)
    assert part == replace(quote, words="Which lamp")
    lost = view_quote(message({"quoted": "wamid.2"}), known)
    assert lost == QuoteView(words="In answer to a message that is not kept here")
    assert view_quote(message({"parent_id": "wamid.2"}), known) is None
    assert view_quote(message({"quoted": True}), known) is None


def test_what_we_say_has_nothing_around_it() -> None:
    ours = message({"forwarded": True, "quoted": "x"}, author=Author.STAFF)
    assert (view_around(ours), view_quote(ours, {})) == ((), None)


_NAMES = st.sampled_from(
    ["quoted", "reply_to", "quoted_text", "forwarded", "referral", "url", "subject", "live"]
)
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(_NAMES, _ANY, max_size=8))
def test_whatever_a_program_writes_does_no_harm(metadata: Any) -> None:
    said = message(metadata)
    view_quote(said, {})
    for line in view_around(said):
        assert not line.href or line.href.startswith("https://")
