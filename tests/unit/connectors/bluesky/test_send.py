"""Replies on Bluesky, and what examining an account finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.connector import (
    ErrorClass,
    InboundEvent,
    OutboundReply,
    ReplyMode,
    SendState,
)
from bot.domain.message import Author, Button, Content
from connectors.bluesky.connector import BlueskyConnector
from connectors.bluesky.records import is_ours, write_number
from connectors.bluesky.render import find_facets
from tests.fakes.bluesky import FakeBluesky, Fault
from tests.fakes.bluesky_records import count, make_tid
from tests.unit.connectors.asked import make_file, reply_to
from tests.unit.connectors.bluesky.acts import build


async def test_post_answers_in_the_thread_and_marks_links_and_the_customers_name(
    fake: FakeBluesky, connector: BlueskyConnector, mention: InboundEvent
) -> None:
    text = "Grüße 👩‍👩‍👧 @ann.bsky.example, see https://us.example/ü?a=1. And @ceo.example!"
    buttons = (Button(title="Track it", payload="/track"),)
    await connector.send(reply_to(mention, "", content=Content(text=text, buttons=buttons)))
    (post,) = fake.sent
    record = post["record"]
    assert record["text"] == f"{text}\n• Track it"
    assert record["reply"]["parent"]["uri"] == record["reply"]["root"]["uri"] == mention.event_id
    marked = {
        record["text"].encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode()
        for each in record["facets"]
    }
    assert marked == {"@ann.bsky.example", "https://us.example/ü?a=1"}


async def test_same_reply_again_makes_one_post(
    fake: FakeBluesky, connector: BlueskyConnector, mention: InboundEvent
) -> None:
    fake.faults.append(Fault.RESET_AFTER)
    reply = reply_to(mention, "once")
    first = await connector.send(reply)
    assert first.state is SendState.UNKNOWN
    looked_up = await connector.look_up(reply)
    second = await connector.send(reply)
    assert second.state is SendState.SENT
    assert looked_up == second
    assert [post["record"]["text"] for post in fake.sent] == ["once"]
    other = await connector.send(reply_to(mention, "twice"))
    assert other.native_ids != second.native_ids


async def test_look_up_tells_what_did_not_arrive(connector: BlueskyConnector, mention: InboundEvent) -> None:
    found = await connector.look_up(reply_to(mention, "never sent"))
    assert found is not None
    assert found.state is SendState.REJECTED
    private = OutboundReply(
        idempotency_key="k", conversation_key="convo-ann", content=Content(text="hi"), author=Author.BOT
    )
    missing = await connector.look_up(private)
    sent = await connector.send(private)
    arrived = await connector.look_up(private)
    assert missing is not None
    assert missing.state is SendState.REJECTED
    assert arrived is not None
    assert arrived.native_ids == sent.native_ids


async def test_long_reply_becomes_a_thread_that_can_be_resumed(
    fake: FakeBluesky, connector: BlueskyConnector, mention: InboundEvent
) -> None:
    reply = reply_to(mention, "Grüße 👩‍👩‍👧 " * 90)
    fake.faults.extend([None, Fault.ERROR])
    broken = await connector.send(reply)
    assert broken.state is SendState.PARTIAL
    resumed = await connector.send(replace(reply, delivered=broken.native_ids))
    assert resumed.state is SendState.SENT
    assert resumed.native_ids == tuple(post["uri"] for post in fake.sent)
    assert all(count(post["record"]["text"]) <= 300 for post in fake.sent)
    parents = [post["record"]["reply"]["parent"]["uri"] for post in fake.sent]
    assert parents == [mention.event_id, *resumed.native_ids[:-1]]
    assert {post["record"]["reply"]["root"]["uri"] for post in fake.sent} == {mention.event_id}


async def test_characters_of_many_bytes_stay_within_the_bytes(
    fake: FakeBluesky, connector: BlueskyConnector, mention: InboundEvent
) -> None:
    result = await connector.send(reply_to(mention, "👩‍👩‍👧‍👦" * 299))  # 25 bytes each
    assert result.state is SendState.SENT
    assert len(fake.sent) == 3


async def test_images_are_uploaded_and_what_is_too_large_is_a_line(
    fake: FakeBluesky, connector: BlueskyConnector, mention: InboundEvent
) -> None:
    images = [make_file("image", f"{number}.png") for number in range(5)]
    files = (*images, make_file("image", "huge.png", 1_000_001), make_file("file", "bill.pdf"))
    await connector.send(reply_to(mention, "See", files=files))
    first, second = (post["record"] for post in fake.sent)
    assert [len(post["embed"]["images"]) for post in (first, second)] == [4, 1]
    assert first["text"].splitlines() == [
        "See",
        "huge.png: https://us.example/huge.png",
        "bill.pdf: https://us.example/bill.pdf",
    ]


async def test_private_reply_opens_a_conversation_where_the_author_allows_it(
    fake: FakeBluesky, connector: BlueskyConnector, mention: InboundEvent
) -> None:
    reply = reply_to(mention, "Your address?", mode=ReplyMode.PRIVATE)
    result = await connector.send(reply)
    assert (result.state, result.delivered_to) == (SendState.SENT, "convo-ann")
    assert [said["text"] for said in fake.said] == ["Your address?"]
    fake.closed.add("did:plc:ann")
    refused = await connector.send(reply)
    assert refused.state is SendState.REJECTED
    assert refused.error is not None
    assert refused.error.error_class is ErrorClass.POLICY


async def test_private_reply_of_unknown_fate_is_not_tried_again(
    fake: FakeBluesky, connector: BlueskyConnector, mention: InboundEvent
) -> None:
    fake.faults.append(Fault.UPSTREAM)
    result = await connector.send(reply_to(mention, "Your address?", mode=ReplyMode.PRIVATE))
    assert result.state is SendState.UNKNOWN
    assert result.error is not None
    assert not result.error.error_class.retriable


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"viewer": {"replyDisabled": True}}, ErrorClass.POLICY),
        ({"author": {"did": "did:plc:ann", "viewer": {"blockedBy": True}}}, ErrorClass.RECIPIENT_GONE),
        (None, ErrorClass.RECIPIENT_GONE),
    ],
)
async def test_what_nobody_would_see_is_not_posted(
    fake: FakeBluesky,
    connector: BlueskyConnector,
    mention: InboundEvent,
    change: dict[str, object] | None,
    expected: ErrorClass,
) -> None:
    if change is None:
        del fake.posts[mention.event_id]
    else:
        fake.posts[mention.event_id].update(change)
    result = await connector.send(reply_to(mention, "hi"))
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, expected)
    assert fake.sent == []


async def test_rates_that_are_left_are_told(connector: BlueskyConnector, mention: InboundEvent) -> None:
    (rate,) = (await connector.send(reply_to(mention, "hi"))).rates_left
    assert (rate.left, rate.again) == (2_499, timedelta(seconds=7))


def test_our_keys_are_told_from_those_of_apps() -> None:
    assert is_ours(write_number(0))
    assert is_ours(write_number((1 << 56) - 1))
    assert not is_ours(write_number(1 << 56))
    assert not is_ours(make_tid(1))
    assert not is_ours("self")


def test_facets_count_bytes() -> None:
    (link,) = find_facets("ü 👍 (https://us.example/a)")
    assert link["index"] == {"byteStart": 9, "byteEnd": 29}


async def test_examine_finds_all_well(fake: FakeBluesky) -> None:
    findings = await build(fake).examine(None)
    assert all(finding.well for finding in findings)
    assert any("lyra.bsky.example" in finding.text for finding in findings)


async def test_examine_says_what_to_do(fake: FakeBluesky) -> None:
    fake.opens_chat = fake.labelled = False
    wrong = [finding.text for finding in await build(fake).examine(None) if not finding.well]
    assert len(wrong) == 2
    assert "allows access" in wrong[0]
    refused = await build(fake, "another").examine(None)
    assert "make a new app password" in refused[0].text
    await fake.leave()
    assert "`api_url`" in (await build(fake).examine(None))[0].text
