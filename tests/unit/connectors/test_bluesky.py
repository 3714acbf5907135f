"""Bluesky in public and in private, against the fake server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.connector import (
    AccountConfig,
    ErrorClass,
    InboundEvent,
    OutboundReply,
    ReplyMode,
    SendState,
)
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Author, Button, Content, Kind
from bot.errors import MediaGone, SettingsError
from connectors.bluesky.connector import BlueskyConnector
from connectors.bluesky.records import is_ours, write_number
from connectors.bluesky.render import find_facets
from tests.fakes.bluesky import FakeBluesky, Fault, run_fake_bluesky
from tests.fakes.bluesky_methods import PASSWORD
from tests.fakes.bluesky_records import count, make_tid
from tests.unit.connectors.asked import Reading, make_file, reply_to

LIST, LOG = "app.bsky.notification.listNotifications", "chat.bsky.convo.getLog"
CREATE, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"


@pytest.fixture
async def fake() -> AsyncIterator[FakeBluesky]:
    async with run_fake_bluesky() as opened:
        yield opened


def build(fake: FakeBluesky, password: str = PASSWORD) -> BlueskyConnector:
    options = {"handle": "lyra.bsky.example", "app_password": password, "api_url": fake.url}
    config = AccountConfig(channel="bluesky", name="main", options=options)
    return BlueskyConnector(config, http_timeout=timedelta(seconds=0.6), pause=timedelta(milliseconds=4))


@pytest.fixture
async def connector(fake: FakeBluesky) -> AsyncIterator[BlueskyConnector]:
    opened = build(fake)
    await opened.start(None)
    yield opened
    await opened.close()


@pytest.fixture
async def reading(fake: FakeBluesky, connector: BlueskyConnector) -> AsyncIterator[Reading]:
    """A poll of an account that is connected just now."""
    found = Reading()
    task = asyncio.create_task(found.run(connector, None))
    await fake.until(lambda: "chat.bsky.convo.getLog" in fake.calls or not fake.opens_chat)
    yield found
    task.cancel()
    await asyncio.wait([task])


async def read_on(connector: BlueskyConnector, cursor: str | None, count: int) -> Reading:
    found = Reading()
    task = asyncio.create_task(found.run(connector, cursor))
    async with asyncio.timeout(5):
        while len(found.events) < count or (cursor is None and not found.cursor):  # noqa: ASYNC110 - patience
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)  # and nothing more comes
    task.cancel()
    await asyncio.wait([task])
    return found


# --- in -------------------------------------------------------------------------------------------


async def test_account_begins_with_what_is_new_and_goes_on_after_the_cursor(
    fake: FakeBluesky, connector: BlueskyConnector
) -> None:
    fake.say("ann", "long ago")
    fake.write("ann", "long ago, too")
    begun = await read_on(connector, None, 0)
    assert begun.said == []
    for number in range(130):  # more than a page
        fake.say("ann", f"no. {number}")
    found = await read_on(connector, begun.cursor, 130)
    assert found.said == [f"no. {number}" for number in range(130)]


async def test_account_that_starts_again_takes_nothing_from_before_it_was_connected(
    fake: FakeBluesky, connector: BlueskyConnector
) -> None:
    fake.say("ann", "before", minutes=1)
    begun = await read_on(connector, None, 0)
    fake.say("ann", "after", minutes=2)
    fresh = build(fake)
    await fresh.start(None)
    found = await read_on(fresh, begun.cursor, 1)
    await fresh.close()
    assert found.said == ["after"]


async def test_post_that_reaches_the_network_late_is_found(fake: FakeBluesky, reading: Reading) -> None:
    fake.say("ann", "now", minutes=60)
    await fake.until(lambda: reading.said == ["now"])
    fake.say("ben", "late", minutes=55)
    await fake.until(lambda: reading.said == ["now", "late"])


async def test_post_and_its_thread_are_one_conversation_for_each_author(
    fake: FakeBluesky, connector: BlueskyConnector, reading: Reading
) -> None:
    post = fake.say("ann", "It is broken")
    await fake.until(lambda: len(reading.events) == 1)
    result = await connector.send(reply_to(reading.events[0], "Which one?"))
    fake.say("ann", "The box", to=fake.posts[result.native_ids[0]])
    fake.say("ben", "Mine too", to=post)
    await fake.until(lambda: len(reading.events) == 3)
    first, answer, other = reading.events
    assert first.event_id == post["uri"]
    assert first.conversation_key == answer.conversation_key == f"did:plc:ann {post['uri']}"
    assert other.conversation_key == f"did:plc:ben {post['uri']}"
    assert [each.metadata["addressed"] for each in reading.events] == ["mention", "reply", "reply"]
    assert {each.surface for each in reading.events} == {Surface.PUBLIC}
    assert first.sender.username == "ann.bsky.example"


async def test_direct_message_is_private_and_a_strangers_request_is_accepted(
    fake: FakeBluesky, connector: BlueskyConnector, reading: Reading
) -> None:
    fake.write("ann", "hello")
    await fake.until(lambda: reading.said == ["hello"])
    event = reading.events[0]
    assert (event.surface, event.conversation_key) == (Surface.DIRECT, "convo-ann")
    assert event.sender.name == "Ann"
    await connector.acknowledge(event)
    await connector.acknowledge(event)
    assert fake.calls.count("chat.bsky.convo.acceptConvo") == 1
    result = await connector.send(reply_to(event, "hi"))
    assert result.state is SendState.SENT
    fake.write("ann", "thanks")
    await fake.until(lambda: reading.said == ["hello", "thanks"])  # and not what we said


async def test_password_that_opens_no_messages_leaves_the_posts(fake: FakeBluesky, reading: Reading) -> None:
    fake.opens_chat = False
    fake.say("ann", "hello")
    await fake.until(lambda: reading.said == ["hello"])


async def test_chat_that_fails_holds_back_no_posts_and_is_asked_again(
    fake: FakeBluesky, reading: Reading
) -> None:
    fake.chat_works = False
    for number in range(5):
        fake.say("ann", f"no. {number}")
        looks = fake.calls.count(LIST) + 2
        await fake.until(partial(fake.has_called, LIST, looks))
    assert reading.said == [f"no. {number}" for number in range(5)]
    assert fake.calls.count(LOG) < fake.calls.count(LIST)
    fake.chat_works = True
    fake.write("ann", "hello")
    await fake.until(lambda: "hello" in reading.said)


async def test_word_of_the_brands_people_silences_the_bot_and_our_own_does_not(
    fake: FakeBluesky, connector: BlueskyConnector, reading: Reading
) -> None:
    post = fake.say("ann", "It is broken")
    await fake.until(lambda: len(reading.events) == 1)
    result = await connector.send(reply_to(reading.events[0], "I am a bot."))
    fake.answer_in_app(fake.posts[result.native_ids[0]], "Mara here.")
    await fake.until(lambda: len(reading.events) == 2)
    echo = reading.events[1]
    assert (echo.kind, echo.sender.native_id) == (Kind.ECHO, "did:plc:ann")
    assert echo.conversation_key == f"did:plc:ann {post['uri']}"


async def test_images_of_a_post_can_be_fetched_and_a_shared_post_cannot(
    fake: FakeBluesky, connector: BlueskyConnector, reading: Reading
) -> None:
    blob = {"$type": "blob", "ref": {"$link": "bafkabc"}, "mimeType": "image/jpeg", "size": 9}
    images = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "A torn box"}]}
    fake.say("ann", "", embed={"$type": "app.bsky.embed.recordWithMedia", "record": {}, "media": images})
    await fake.until(lambda: len(reading.events) == 1)
    assert reading.events[0].kind is Kind.MEDIA
    (file,) = reading.events[0].content.attachments
    address = await connector.locate(file)
    assert address.url == "https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:ann/bafkabc@jpeg"
    assert not address.headers
    with pytest.raises(MediaGone):
        await connector.locate(Attachment(kind="post", ref="https://bsky.app/profile/x/post/y"))


async def test_refused_password_ends_the_poll_with_the_reason(fake: FakeBluesky) -> None:
    connector = build(fake, "another")
    await connector.start(None)
    with pytest.raises(SettingsError, match="refused"):
        await anext(connector.poll(None))
    await connector.close()


# --- sessions -------------------------------------------------------------------------------------


async def test_session_is_kept_and_renewed_once_for_all_who_need_it(
    fake: FakeBluesky, connector: BlueskyConnector, reading: Reading
) -> None:
    fake.say("ann", "hello")
    await fake.until(lambda: len(reading.events) == 1)
    fake.end_sessions()
    replies = (reply_to(reading.events[0], str(number)) for number in range(4))
    results = await asyncio.gather(*(connector.send(reply) for reply in replies))
    assert {result.state for result in results} == {SendState.SENT}
    assert (fake.calls.count(CREATE), fake.calls.count(REFRESH)) == (1, 1)


async def test_session_that_cannot_be_renewed_is_made_anew(
    fake: FakeBluesky, connector: BlueskyConnector, reading: Reading
) -> None:
    fake.say("ann", "hello")
    await fake.until(lambda: len(reading.events) == 1)
    fake.end_sessions()
    fake.renewals.clear()
    result = await connector.send(reply_to(reading.events[0], "hi"))
    assert result.state is SendState.SENT
    assert fake.calls.count(CREATE) == 2


async def test_refused_password_is_an_error_of_the_account(fake: FakeBluesky) -> None:
    connector = build(fake, "another")
    await connector.start(None)
    reply = OutboundReply(
        idempotency_key="k", conversation_key="convo-ann", content=Content(text="hi"), author=Author.BOT
    )
    result = await connector.send(reply)
    await connector.close()
    assert result.state is SendState.REJECTED
    assert result.error is not None
    assert result.error.error_class is ErrorClass.AUTH


# --- out ------------------------------------------------------------------------------------------


@pytest.fixture
async def mention(fake: FakeBluesky, reading: Reading) -> InboundEvent:
    fake.say("ann", "It is broken")
    await fake.until(lambda: len(reading.events) == 1)
    return reading.events[0]


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


# --- set-up ---------------------------------------------------------------------------------------


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
