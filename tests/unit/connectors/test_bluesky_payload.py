"""What Bluesky's lists hold, as events, and what replies are made of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connector import AccountConfig, ErrorClass, InboundEvent, OutboundReply
from bot.domain.json import Json
from bot.domain.message import Author, Content, Kind
from connectors.bluesky.api import find_server
from connectors.bluesky.faults import classify, read_rates, read_wait
from connectors.bluesky.groups import is_group
from connectors.bluesky.payload import parse_body, parse_page
from connectors.bluesky.records import LENGTH, POST, is_ours, make_record_key, split_uri
from connectors.bluesky.render import POST_BYTES, POST_MAX, find_facets, render_posts
from tests.fakes.bluesky_records import check_facets, count, make_log, make_notification, make_post, make_tid

ACCOUNT = AccountConfig(channel="bluesky", name="main")
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def parse(page: dict[str, Any]) -> list[InboundEvent]:
    return parse_page(parse_body(json.dumps({"known": {"me": "did:plc:lyra"}, **page}).encode()), ACCOUNT)


def parse_post(text: str, reason: str = "mention", **more: Any) -> InboundEvent:
    post = make_post("ann", make_tid(1), text, **more)
    (event,) = parse({"notifications": [make_notification("ann", post, reason, NOW)]})
    return event


def make_reply(text: str) -> OutboundReply:
    return OutboundReply(
        idempotency_key="reply-1", conversation_key="k", content=Content(text=text), author=Author.BOT
    )


def test_bad_item_loses_no_other() -> None:
    good = [
        make_notification("ann", make_post("ann", make_tid(number), f"no. {number}"), "mention", NOW)
        for number in (1, 2)
    ]
    events = parse({"notifications": [good[0], {"reason": "mention", "author": 5}, None, good[1]]})
    assert [event.content.text for event in events if event.kind is Kind.TEXT] == ["no. 1", "no. 2"]
    assert len({event.event_id for event in events}) == 4


def test_quote_is_for_us_and_says_so() -> None:
    event = parse_post("look at this", "quote")
    assert (event.kind, event.metadata["addressed"], event.metadata["reason"]) == (
        Kind.TEXT,
        "mention",
        "quote",
    )
    assert event.metadata["url"] == f"https://bsky.app/profile/did:plc:ann/post/{make_tid(1)}"
    assert event.sender.locale == "en"
    assert event.platform_at == NOW


def test_film_is_a_file() -> None:
    video = {"$type": "blob", "ref": {"$link": "bafkvideo"}, "mimeType": "video/mp4", "size": 5}
    (file,) = parse_post("see", embed={"$type": "app.bsky.embed.video", "video": video}).content.attachments
    assert (file.kind, file.ref) == (
        "video",
        "https://video.bsky.app/watch/did:plc:ann/bafkvideo/playlist.m3u8",
    )


@pytest.mark.parametrize("cid", ["../../x", "a?b", "", 5, None])
def test_address_of_a_file_holds_nothing_but_its_id(cid: object) -> None:
    image = {"image": {"$type": "blob", "ref": {"$link": cid}}, "alt": ""}
    event = parse_post("see", embed={"$type": "app.bsky.embed.images", "images": [image]})
    assert event.content.attachments == ()


@pytest.mark.parametrize(
    "uri",
    [
        "at://did:plc:ann/app.bsky.feed.like/3k",
        "at://ann.bsky.example/app.bsky.feed.post/3k",
        "at://did:plc:ann/app.bsky.feed.post/3k/extra",
        "at://did:plc:ann/app.bsky.feed.post/a b",
        "https://bsky.app/profile/ann/post/3k",
    ],
)
def test_address_that_is_no_posts_makes_no_conversation(uri: str) -> None:
    raw = make_notification("ann", make_post("ann", make_tid(1), "hi"), "mention", NOW)
    (event,) = parse({"notifications": [{**raw, "uri": uri}]})
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


def test_people_who_answer_below_the_bot_answer_the_threads_author() -> None:
    root = make_post("ann", make_tid(1), "broken")
    ours = make_post("lyra", "2222222222222", "I am a bot", to=root)
    theirs = make_post("lyra", make_tid(3), "Mara here", to=ours)
    (event,) = parse({"records": [{"uri": theirs["uri"], "cid": theirs["cid"], "value": theirs["record"]}]})
    assert (event.kind, event.sender.native_id) == (Kind.ECHO, "did:plc:ann")
    assert event.conversation_key == f"did:plc:ann {root['uri']}"


def test_private_conversations_of_no_interest_make_no_events() -> None:
    entries = [
        {"$type": f"chat.bsky.convo.defs#log{kind}", "rev": "3k", "convoId": "c"}
        for kind in ("BeginConvo", "AcceptConvo", "ReadMessage", "MuteConvo")
    ]
    own = make_log("AddReaction", "ann", "hi", 1, reaction={"value": "x", "sender": {"did": "did:plc:lyra"}})
    assert parse({"logs": [*entries, own]}) == []


def test_keys_are_the_replys_own() -> None:
    key = make_record_key(make_reply("hi"), 0, "hi")
    assert len(key) == LENGTH
    assert is_ours(key)
    assert key == make_record_key(make_reply("hi"), 0, "hi")
    assert (
        len({key, make_record_key(make_reply("hi"), 1, "hi"), make_record_key(make_reply("hi"), 0, "ho")})
        == 3
    )


def test_addresses_are_split() -> None:
    assert split_uri("at://did:web:ann.example/app.bsky.feed.post/3k") == (
        "did:web:ann.example",
        "app.bsky.feed.post",
        "3k",
    )
    with pytest.raises(ValueError, match="address"):
        split_uri("at://did:plc:x")


PIECES = ("a", " ", "ü", "👩‍👩‍👧", "\n", "https://us.example/ü ", "@ann.example")


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=400))
def test_parts_are_within_limits_and_facets_on_their_marks(pieces: list[str]) -> None:
    text = "".join(pieces)
    parts = render_posts(make_reply(text))
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())
    for part in parts:
        assert count(part.text) <= POST_MAX
        assert len(part.text.encode()) <= POST_BYTES
        facets: list[Any] = find_facets(part.text, "ann.example", "did:plc:ann")
        assert check_facets(part.text, facets) == ""


@pytest.mark.parametrize(
    ("status", "name", "words", "expected"),
    [
        (401, "AuthenticationRequired", "Invalid identifier or password", ErrorClass.AUTH),
        (400, "ExpiredToken", "Token has expired", ErrorClass.AUTH),
        (400, "InvalidRequest", "Bad token scope", ErrorClass.AUTH),
        (400, "InvalidRequest", "recipient has disabled incoming messages", ErrorClass.POLICY),
        (400, "NotFollowedBySender", "", ErrorClass.POLICY),
        (400, "BlockedActor", "", ErrorClass.RECIPIENT_GONE),
        (400, "InvalidRequest", "block between recipient and sender", ErrorClass.RECIPIENT_GONE),
        (400, "InvalidRequest", "text must not be longer than 300 graphemes", ErrorClass.TOO_LONG),
        (400, "InvalidRequest", "Invalid record", ErrorClass.INVALID),
        (403, "Forbidden", "", ErrorClass.POLICY),
        (429, "RateLimitExceeded", "Rate Limit Exceeded", ErrorClass.RATE_LIMITED),
        (502, "UpstreamFailure", "Upstream Failure", ErrorClass.TRANSIENT),
    ],
)
def test_refusals_are_told_apart(status: int, name: str, words: str, expected: ErrorClass) -> None:
    assert classify(status, {"error": name, "message": words}) is expected


def test_waits_follow_the_servers_clock() -> None:
    ours = datetime(2026, 1, 31, 12, tzinfo=UTC)
    theirs = int(datetime(2026, 1, 31, 13, tzinfo=UTC).timestamp())
    headers = {
        "Date": "Sat, 31 Jan 2026 13:00:00 GMT",
        "ratelimit-remaining": "9",
        "ratelimit-reset": str(theirs + 60),
    }
    assert read_wait(429, headers, now=ours) == timedelta(minutes=1)
    (rate,) = read_rates(headers, now=ours)
    assert (rate.left, rate.again) == (4, timedelta(minutes=1))
    assert read_rates({"ratelimit-remaining": "x"}, now=ours) == ()


def test_password_goes_to_no_server_in_the_clear() -> None:
    base = "https://bsky.social"
    document: dict[str, Any] = {
        "service": [{"id": "#atproto_pds", "serviceEndpoint": "https://pds.example/"}]
    }
    assert find_server(document, base) == "https://pds.example"
    document["service"][0]["serviceEndpoint"] = "http://pds.example"
    assert find_server(document, base) == base
    assert find_server({"service": ["x", {"id": 5}]}, base) == base
    assert find_server(None, base) == base


@pytest.mark.parametrize(
    ("reason", "to", "expected"),
    [
        ("mention", None, {"addressed": "mention"}),
        ("mention", "ben", {"addressed": "mention"}),
        (
            "mention",
            "lyra",
            {"addressed": "reply"},
        ),  # an answer to us that also names us is told of as a mention
        ("reply", "lyra", {"addressed": "reply"}),
        # Whoever posted up to five posts higher in a thread is told of an answer, too.
        ("reply", "ben", {"addressed": "comment", "parent_id": f"at://did:plc:ben/{POST}/{make_tid(8)}"}),
    ],
)
def test_post_says_what_makes_it_our_business(
    reason: str, to: str | None, expected: dict[str, object]
) -> None:
    event = parse_post("hm", reason, to=make_post(to, make_tid(8), "what?") if to else None)
    about = {name: event.metadata.get(name) for name in ("addressed", "parent_id")}
    assert {name: value for name, value in about.items() if value} == expected


def test_answer_is_for_us_where_we_do_not_know_who_we_are() -> None:
    post = make_post("ann", make_tid(1), "hm", to=make_post("ben", make_tid(8), "what?"))
    page = {"known": {}, "notifications": [make_notification("ann", post, "reply", NOW)]}
    (event,) = parse(page)
    assert event.metadata["addressed"] == "reply"
    assert "parent_id" not in event.metadata


@pytest.mark.parametrize(
    ("convo", "expected"),
    [
        ({"kind": {"$type": "chat.bsky.convo.defs#groupConvo"}, "members": []}, True),
        ({"kind": {"$type": "chat.bsky.convo.defs#directConvo"}, "members": [{}, {}]}, False),
        ({"members": [{}, {}, {}]}, True),
        ({"members": [{}, {}]}, False),
        ({"kind": 5, "members": None}, False),
        (None, False),
    ],
)
def test_groups_are_told_from_two_people(convo: Json, *, expected: bool) -> None:
    assert is_group(convo) is expected
