"""What comes from a Mastodon server: by its stream, and by asking."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.message import Kind
from bot.errors import SettingsError
from connectors.mastodon.connector import MastodonConnector
from connectors.mastodon.ear import Ear
from connectors.mastodon.server import Account
from tests.fakes.mastodon import FakeMastodon
from tests.unit.connectors.asked import Reading, reply_to
from tests.unit.connectors.mastodon.acts import build, read_once


async def test_mention_comes_at_once_and_the_account_begins_with_what_is_new(
    fake: FakeMastodon, connector: MastodonConnector
) -> None:
    fake.say("7", "long ago")
    first = Reading()
    task = asyncio.create_task(first.run(connector, None))
    await fake.until(lambda: bool(fake.listeners))
    fake.say("7", "hello")
    await fake.until(lambda: first.said == ["hello"])
    task.cancel()
    await asyncio.wait([task])


async def test_poll_goes_on_after_the_cursor_with_what_came_meanwhile(
    fake: FakeMastodon, connector: MastodonConnector
) -> None:
    begun = await read_once(connector, None, 0)
    for number in range(90):  # more than two pages
        fake.say("7", f"no. {number}")
    found = await read_once(connector, begun.cursor, 90)
    assert found.said == [f"no. {number}" for number in range(90)]
    fake.say("7", "new")
    assert (await read_once(connector, found.cursor, 1)).said == ["new"]


async def test_what_the_stream_loses_is_found_in_the_list(fake: FakeMastodon, reading: Reading) -> None:
    fake.say("7", "lost", lost=True)
    fake.say("7", "heard")
    await fake.until(lambda: reading.said == ["lost", "heard"])


async def test_stream_that_breaks_is_opened_again_and_nothing_is_missed(
    fake: FakeMastodon, reading: Reading
) -> None:
    fake.cut()
    fake.say("7", "meanwhile", lost=True)
    await fake.until(lambda: reading.said == ["meanwhile"])
    await fake.until(lambda: bool(fake.listeners))


async def test_server_without_a_stream_is_asked_from_time_to_time(
    fake: FakeMastodon, connector: MastodonConnector
) -> None:
    fake.streams = False
    begun = await read_once(connector, None, 0)
    fake.say("7", "hello")
    assert (await read_once(connector, begun.cursor, 1)).said == ["hello"]


async def test_refused_token_ends_the_poll_with_the_reason(fake: FakeMastodon) -> None:
    connector = build(fake, token="another")
    await connector.start(None)
    with pytest.raises(SettingsError, match="refused"):
        await anext(connector.poll(None))
    await connector.close()


async def test_edit_and_deletion_are_about_the_post(fake: FakeMastodon, reading: Reading) -> None:
    post = fake.say("7", "Where is it?")
    await fake.until(lambda: len(reading.events) == 1)
    fake.edit(post, "Where is my order?")
    await fake.until(lambda: len(reading.events) == 2)
    fake.delete(post)
    fake.tell("delete", "99999")  # of somebody we follow
    await fake.until(lambda: len(reading.events) == 3)
    said, edited, deleted = reading.events
    assert [each.kind for each in reading.events] == [Kind.TEXT, Kind.EDIT, Kind.DELETE]
    assert edited.content.text == "Where is my order?"
    assert said.event_id == edited.target_id == deleted.target_id
    assert {each.conversation_key for each in reading.events} == {f"7:{post['id']}"}


async def test_answers_in_a_thread_stay_in_its_conversation(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    post = fake.say("7", "Where is my order?")
    await fake.until(lambda: len(reading.events) == 1)
    sent = await connector.send(reply_to(reading.events[0], "Which one?"))
    fake.say("7", "number 5", in_reply_to_id=sent.native_ids[0])
    fake.say("8", "mine too", in_reply_to_id=post["id"])
    fake.say("7", "something else")
    await fake.until(lambda: len(reading.events) == 4)
    _, answer, other, new = reading.events
    assert answer.conversation_key == f"7:{post['id']}"
    assert answer.metadata["addressed"] == "reply"
    assert other.conversation_key == f"8:{post['id']}"
    assert new.conversation_key == f"7:{new.event_id}"


async def test_word_of_the_brands_people_silences_the_bot_and_our_own_does_not(
    fake: FakeMastodon, connector: MastodonConnector, reading: Reading
) -> None:
    post = fake.say("7", "Where is my order?")
    await fake.until(lambda: len(reading.events) == 1)
    await connector.send(reply_to(reading.events[0], "I am a bot."))
    fake.write_in_app(post, "@person7 Mara here.")
    await fake.until(lambda: len(reading.events) == 2)
    echo = reading.events[1]
    assert echo.kind is Kind.ECHO
    assert echo.sender.native_id == "7"
    assert echo.conversation_key == reading.events[0].conversation_key


async def test_favourites_ring_no_bell(fake: FakeMastodon, reading: Reading) -> None:
    fake.notify("favourite", fake.post("1", "Hi all"))
    fake.say("7", "hello")
    await fake.until(lambda: bool(reading.events))
    assert reading.said == ["hello"]


async def test_poll_that_ends_in_the_moment_something_is_heard_does_end(fake: FakeMastodon) -> None:
    connector = build(fake)
    me = Account(id="1", acct="lyra")
    ear = Ear(connector._api, me, account="main", pause=timedelta(seconds=1))
    waiting = asyncio.create_task(ear.wait(timedelta(seconds=60)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ear._heard.put_nowait(("delete", "7"))
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()


async def test_thread_that_the_server_cannot_tell_holds_back_no_other_post(
    fake: FakeMastodon, reading: Reading
) -> None:
    post = fake.post("8", "what do you think?")
    answer = fake.say("7", "ask them", in_reply_to_id=post["id"], lost=True)
    fake.untold.add(answer["id"])
    fake.say("9", "and I?")
    await fake.until(lambda: len(reading.events) == 2)
    assert reading.said == ["ask them", "and I?"]
    assert reading.events[0].conversation_key == f"7:{post['id']}"
