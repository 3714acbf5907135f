"""What Mastodon and servers that speak like it send, as text and as events."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connector import AccountConfig, Earlier, ErrorClass, InboundEvent
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from connectors.mastodon.faults import classify, read_rates, read_wait
from connectors.mastodon.own import get_answered, release_own
from connectors.mastodon.payload import parse_body, parse_frame
from connectors.mastodon.plain_text import MAX_HTML, drop_names, mention_nobody, read_html
from connectors.mastodon.render import make_address
from connectors.mastodon.server import read_limits, read_streaming_url
from tests.unit.connectors.asked import reply_to

ACCOUNT = AccountConfig(channel="mastodon", name="main")
MENTION = {"id": "1", "username": "lyra", "acct": "lyra", "url": "https://social.example/@lyra"}
PERSON = {"id": "7", "username": "ann", "acct": "ann@other.example", "display_name": "Ann", "bot": False}


def make_status(**more: Any) -> dict[str, Any]:
    return {
        "id": "110000000000000001",
        "created_at": "2026-01-31T12:00:00.000Z",
        "visibility": "public",
        "content": "<p>hello</p>",
        "account": PERSON,
        "mentions": [MENTION],
        **more,
    }


def parse(**more: Any) -> InboundEvent:
    note = {"id": "5", "type": "mention", "account": PERSON, "status": make_status(**more)}
    (frame,) = parse_body(json.dumps(note).encode())
    (event,) = parse_frame(frame, ACCOUNT)
    return event


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<br>two</p><p>three</p>", "one\ntwo\n\nthree"),
        ("plain, as some servers send it", "plain, as some servers send it"),
        ("<p>a &lt;b&gt; &amp; c &#128230; it&#39;s</p>", "a <b> & c 📦 it's"),
        ("<ul><li>one</li><li>two</li></ul>", "• one\n• two"),
        ("<p>before<script>alert(1)</script>after</p>", "beforeafter"),
        ('<p>1 < 2 and <3 <a title="a>b">x</a></p>', "1 < 2 and <3 x"),
        ("<p>  spaces\n and   lines </p>", "spaces and lines"),
        ("<BLOCKQUOTE>said</BLOCKQUOTE><p>answer</p>", "said\n\nanswer"),
        (
            '<a href="x"><span>https://</span><span>shop.example/a</span><span>/long/way</span></a>',
            "https://shop.example/a/long/way",
        ),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert read_html(html) == text


@given(html=st.text(alphabet="<>a/!-p&#;\"' ", max_size=60))
def test_any_html_becomes_text(html: str) -> None:
    read_html(html)


@pytest.mark.parametrize("piece", ["<a ", "<a x=", "<!--", "<a x='", "<![", "</", "<script>", "&#", "<p>"])
def test_malicious_html_costs_no_time(piece: str) -> None:
    began = time.thread_time()
    read_html(piece * (MAX_HTML // len(piece)))
    assert time.thread_time() - began < 5  # of Python's own parser: minutes


def test_own_name_in_front_goes_and_others_stay() -> None:
    names = frozenset({"@lyra", "@lyra@social.example"})
    assert drop_names("@lyra hi", names) == "hi"
    assert drop_names("@Lyra@social.example, hi", names) == "hi"
    assert drop_names("@ben @lyra hi @lyra", names) == "@ben hi @lyra"
    assert drop_names("@lyra", names) == "@lyra"
    assert drop_names("hi @lyra", names) == "hi @lyra"


@given(text=st.text(alphabet="@a.b /=:-é ", max_size=40))
def test_no_name_in_a_reply_reaches_anybody(text: str) -> None:
    quiet = mention_nobody(text)
    assert quiet.replace("\u200b", "") == text.replace("\u200b", "")
    for position, character in enumerate(quiet):
        if character == "@" and (position == 0 or quiet[position - 1] in " @."):
            assert quiet[position + 1 : position + 2] in ("", "\u200b", "@", ".", " ", "/", "=", ":", "-")


def test_mention_with_all_that_a_server_says() -> None:
    event = parse(
        content='<p><span class="h-card"><a href="https://social.example/@lyra" class="u-url mention">'
        "@<span>lyra</span></a></span> Where is it?</p>",
        url="https://other.example/@ann/1",
        language="de",
        media_attachments=[
            {"id": "1", "type": "image", "url": "https://files.example/1.png", "description": "A box"},
            {"id": "2", "type": "gifv", "url": None, "remote_url": "https://other.example/2.mp4"},
            {"id": "3", "type": "unknown", "url": None},
            "rubbish",
        ],
    )
    assert event.kind is Kind.TEXT
    assert event.content.text == "Where is it?"
    assert [(file.kind, file.ref, file.name) for file in event.content.attachments] == [
        ("image", "https://files.example/1.png", "A box"),
        ("video", "https://other.example/2.mp4", None),
    ]
    assert (event.sender.native_id, event.sender.name, event.sender.locale) == ("7", "Ann", "de")
    assert event.surface is Surface.PUBLIC
    assert event.metadata["url"] == "https://other.example/@ann/1"
    assert event.platform_at == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_followers_only_post_is_public_and_keeps_its_visibility() -> None:
    event = parse(visibility="private")
    assert (event.surface, event.reply_context["visibility"]) == (Surface.PUBLIC, "private")


def test_content_warning_opens_a_thread_and_is_not_repeated_in_answers() -> None:
    assert parse(spoiler_text="order").content.text == "order\n\nhello"
    answer = parse(spoiler_text="re: order", in_reply_to_id="110000000000000000")
    assert answer.content.text == "hello"
    assert answer.metadata["content_warning"] == "re: order"


@pytest.mark.parametrize("post_id", ["9umDrYheeY451cQnEe", "01GM5MZ1N1MVZKX4X4FZQ5J5ZC", "42"])
def test_ids_of_other_servers_are_ids(post_id: str) -> None:
    event = parse(id=post_id)
    assert event.event_id == post_id
    assert event.conversation_key == f"7:{post_id}"


def test_payload_may_be_a_string_as_the_websocket_has_it() -> None:
    note = {"id": "5", "type": "mention", "status": make_status()}
    frame = {"stream": ["user"], "event": "notification", "payload": json.dumps(note)}
    (read,) = parse_body(json.dumps(frame).encode())
    (event,) = parse_frame(read, ACCOUNT)
    assert event.content.text == "hello"


def test_each_edit_has_a_greater_revision() -> None:
    def edit(second: int) -> InboundEvent:
        status = make_status(edited_at=f"2026-01-31T12:00:0{second}.000Z")
        frame: dict[str, Any] = {"event": "status.update", "payload": status, "known": {"me": "1"}}
        (event,) = parse_frame(frame, ACCOUNT)
        return event

    assert edit(1).revision < edit(2).revision
    assert edit(1).event_id == edit(1).event_id != edit(2).event_id


def test_edits_and_deletions_of_what_was_not_for_us_are_left_aside() -> None:
    others = make_status(mentions=[], edited_at="2026-01-31T12:00:01.000Z")
    assert parse_frame({"event": "status.update", "payload": others, "known": {"me": "1"}}, ACCOUNT) == []
    assert parse_frame({"event": "delete", "payload": "5", "known": {"me": "1"}}, ACCOUNT) == []


def test_own_post_is_nobodys_word_where_its_application_cannot_be_told() -> None:
    answer = make_status(
        account=MENTION, in_reply_to_id="5", in_reply_to_account_id="7", application={"name": "Web"}
    )
    for app, kind in (("Visavis", Kind.ECHO), ("Web", Kind.UNSUPPORTED), ("", Kind.UNSUPPORTED)):
        known = {"me": "1", "app": app, "thread": "5"}
        (event,) = parse_frame({"event": "update", "payload": answer, "known": known}, ACCOUNT)
        assert event.kind is kind


def read_own(**more: Any) -> list[InboundEvent]:
    status = make_status(account=MENTION, application={"name": "Web"}, **more)
    known = {"me": "1", "app": "Visavis"}
    return parse_frame({"event": "update", "payload": status, "known": known}, ACCOUNT)


def test_own_direct_post_is_the_brands_word_to_everybody_it_names() -> None:
    bob = {"id": "8", "username": "bob", "acct": "bob"}
    told = read_own(visibility="direct", mentions=[PERSON, MENTION, bob, PERSON])
    assert [(each.kind, each.surface) for each in told] == [(Kind.ECHO, Surface.DIRECT)] * 2
    assert [each.conversation_key for each in told] == ["7", "8"]
    assert [each.sender.username for each in told] == ["ann@other.example", "bob"]
    assert len({each.event_id for each in told}) == 2
    (answer,) = read_own(visibility="direct", mentions=[], in_reply_to_id="5", in_reply_to_account_id="9")
    assert (answer.kind, answer.conversation_key) == (Kind.ECHO, "9")
    (note,) = read_own(visibility="direct", mentions=[MENTION])
    assert (note.kind, note.conversation_key) == (Kind.UNSUPPORTED, "")


def test_own_public_post_is_a_word_to_whom_it_answers_alone() -> None:
    (event,) = read_own(mentions=[PERSON])
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")
    (event,) = read_own(mentions=[PERSON], in_reply_to_id="5", in_reply_to_account_id="8")
    assert (event.kind, event.conversation_key, event.sender.native_id) == (Kind.ECHO, "8:5", "8")


def test_own_answer_to_an_own_post_belongs_to_that_posts_conversation() -> None:
    (event,) = read_own(mentions=[PERSON], in_reply_to_id="5", in_reply_to_account_id="1")
    assert get_answered(event) == "5"
    echo = release_own(event, Earlier(metadata={}, conversation_key="7:3"))
    assert (echo.kind, echo.conversation_key, echo.sender.native_id) == (Kind.ECHO, "7:3", "7")
    assert (echo.content.text, echo.metadata) == ("hello", {})
    lost = release_own(event, None)
    assert (lost.kind, lost.content.text, get_answered(lost)) == (Kind.UNSUPPORTED, "", None)


@pytest.mark.parametrize(
    ("status", "words", "expected"),
    [
        (401, "The access token is invalid", ErrorClass.AUTH),
        (403, "This action is outside the authorized scopes", ErrorClass.AUTH),
        (404, "Record not found", ErrorClass.RECIPIENT_GONE),
        (410, "Gone", ErrorClass.RECIPIENT_GONE),
        (422, "Validation failed: Text character limit of 500 exceeded", ErrorClass.TOO_LONG),
        (422, "Validation failed: Text can't be blank", ErrorClass.INVALID),
        (429, "Too many requests", ErrorClass.RATE_LIMITED),
        (503, "Service Unavailable", ErrorClass.TRANSIENT),
    ],
)
def test_refusals_are_told_apart(status: int, words: str, expected: ErrorClass) -> None:
    assert classify(status, {"error": words}) is expected


def test_waits_follow_the_servers_clock() -> None:
    ours = datetime(2026, 1, 31, 12, tzinfo=UTC)
    headers = {
        "Date": "Sat, 31 Jan 2026 13:00:00 GMT",
        "X-RateLimit-Remaining": "3",
        "X-RateLimit-Reset": "2026-01-31T13:02:00.500000Z",
    }
    assert read_wait(429, headers, now=ours) == timedelta(seconds=121)
    (rate,) = read_rates(headers, now=ours)
    assert (rate.left, rate.again) == (3, timedelta(seconds=121))
    (rate,) = read_rates({**headers, "X-RateLimit-Reset": "1769864523"}, now=ours)  # as GoToSocial writes it
    assert rate.again == timedelta(seconds=123)
    assert read_rates({"X-RateLimit-Remaining": "x", "X-RateLimit-Reset": "soon"}, now=ours) == ()


def test_limits_and_streams_of_all_kinds_of_servers() -> None:
    assert read_limits({}).characters == 500
    assert read_limits({"max_toot_chars": 5000}).characters == 5000
    told: dict[str, Any] = {
        "configuration": {"statuses": {"max_characters": 1000, "characters_reserved_per_url": "x"}}
    }
    assert (read_limits(told).characters, read_limits(told).link) == (1000, 23)
    base = "https://social.example"
    other = {"configuration": {"urls": {"streaming": "wss://stream.example/"}}}
    assert read_streaming_url(other, base) == "https://stream.example"
    assert read_streaming_url({"urls": {"streaming_api": "ws://stream.example"}}, base) == base
    assert read_streaming_url({"urls": {"streaming_api": 5}}, base) == base


@pytest.mark.parametrize("visibility", ["list", "limited", "", None])
def test_post_that_is_not_known_to_be_for_many_is_private(visibility: str | None) -> None:
    event = parse(visibility=visibility)
    assert (event.surface, event.conversation_key) == (Surface.DIRECT, "7")
    assert "addressed" not in event.metadata
    assert make_address(reply_to(event, "hi"), "ann").visibility == "direct"


def test_post_for_one_server_is_answered_there_alone() -> None:
    event = parse(visibility="local")
    assert event.surface is Surface.PUBLIC
    assert make_address(reply_to(event, "hi"), "ann").visibility == "local"


def test_bad_notification_loses_no_other_of_a_list() -> None:
    good: list[dict[str, Any]] = [
        {"id": str(number), "type": "mention", "account": PERSON} for number in range(2)
    ]
    good[0]["status"], good[1]["status"] = make_status(id="10"), make_status(id="11")
    del good[1]["status"]["account"]  # it says the same as the notification's
    bad: list[Any] = [None, 5, [], {"type": "mention"}, {"id": 7, "type": 5}, {"id": "9", "type": "mention"}]
    frames = parse_body(json.dumps([good[0], *bad, good[1]]).encode())
    events = [event for frame in frames for event in parse_frame(frame, ACCOUNT)]
    assert len(events) == len(bad) + 2
    assert [event.event_id for event in events if event.kind is Kind.TEXT] == ["10", "11"]
    assert events[-1].conversation_key == "7:11"
