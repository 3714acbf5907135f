"""What comes from Bluesky: posts, direct messages, the word of the brand's people, sessions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from bot.connector import (
    ErrorClass,
    OutboundReply,
    SendState,
)
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Author, Content, Kind
from bot.errors import MediaGone, SettingsError
from connectors.bluesky.connector import BlueskyConnector
from tests.fakes.bluesky import FakeBluesky
from tests.unit.connectors.asked import Reading, reply_to
from tests.unit.connectors.bluesky.acts import CREATE, LIST, LOG, REFRESH, build, read_on


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
    assert [each.metadata["addressed"] for each in reading.events] == ["mention", "reply", "comment"]
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


@pytest.mark.parametrize("kind", [Kind.MEDIA, Kind.UNSUPPORTED])
async def test_request_without_words_is_accepted_or_no_answer_arrives(
    fake: FakeBluesky, connector: BlueskyConnector, reading: Reading, kind: Kind
) -> None:
    fake.write("ann", "")
    await fake.until(lambda: len(reading.events) == 1)
    await connector.acknowledge(replace(reading.events[0], kind=kind))
    assert fake.calls.count("chat.bsky.convo.acceptConvo") == 1


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


async def test_post_that_says_it_is_older_than_those_we_know_is_not_lost(
    fake: FakeBluesky, reading: Reading
) -> None:
    fake.say("ann", "now", minutes=600)
    await fake.until(lambda: reading.said == ["now"])
    fake.say("ben", "of a slow clock", minutes=300)
    await fake.until(lambda: reading.said == ["now", "of a slow clock"])


async def test_messages_in_private_before_anything_else_came_are_not_lost(fake: FakeBluesky) -> None:
    first, begun = build(fake), Reading()
    await first.start(None)
    task = asyncio.create_task(begun.run(first, None))
    await fake.until(lambda: LOG in fake.calls)
    task.cancel()
    await asyncio.wait([task])
    await first.close()
    fake.write("ann", "while away")
    second = build(fake)
    await second.start(None)
    try:
        found = await read_on(second, begun.cursor, 1)
    finally:
        await second.close()
    assert found.said == ["while away"]


async def test_what_people_say_to_each_other_in_a_group_is_not_ours(
    fake: FakeBluesky, reading: Reading
) -> None:
    fake.groups.add("convo-friends")
    fake.log("CreateMessage", "friends", "my order number is 4711", sender="ben")
    fake.log("AddMember", "friends", "")
    fake.log("CreateMessage", "friends", "mine, too", sender="cem")
    fake.write("ann", "hello")
    await fake.until(lambda: bool(reading.said))
    assert [(event.conversation_key, event.content.text) for event in reading.events] == [
        ("convo-ann", "hello")
    ]
    assert fake.calls.count("chat.bsky.convo.getConvo") == 2


async def test_word_below_the_bot_is_for_whom_the_bot_answered(
    fake: FakeBluesky, connector: BlueskyConnector, reading: Reading
) -> None:
    root = fake.say("ann", "It is broken")
    fake.say("ben", "Mine is, too", to=root)
    await fake.until(lambda: len(reading.events) == 2)
    result = await connector.send(reply_to(reading.events[1], " ".join(["Sorry."] * 90)))
    assert len(result.native_ids) > 1
    fake.answer_in_app(fake.posts[result.native_ids[-1]], "Mara here.")
    await fake.until(lambda: len(reading.events) == 3)
    echo = reading.events[2]
    assert (echo.kind, echo.sender.native_id) == (Kind.ECHO, "did:plc:ben")
    assert echo.conversation_key == f"did:plc:ben {root['uri']}"
