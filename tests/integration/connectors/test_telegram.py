"""Telegram over the whole road: albums in any order, comments under a channel's post, accounts of people."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest

from bot.connector import AccountConfig
from connectors.telegram.connector import TelegramConnector
from tests.fakes.telegram import NAME, FakeTelegram, run_fake_telegram
from tests.fakes.telegram_checks import make_person
from tests.integration.connectors.asking import asking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.service.road import Road
    from tests.integration.connectors.conftest import Open

CHANNEL = {"id": -200, "type": "channel", "title": "News"}
POST: dict[str, Any] = {
    "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
    "sender_chat": CHANNEL,
    "is_automatic_forward": True,
}


def build(fake: FakeTelegram, **more: str) -> TelegramConnector:
    options = {"token": fake.token, "api_url": fake.url, **more}
    return TelegramConnector(AccountConfig(channel="telegram", name="main", options=options))


@pytest.fixture
async def fake(road: Road, open_account: Open) -> AsyncIterator[FakeTelegram]:
    """A Telegram that calls a bot's webhook, served with its own pause for more words."""
    async with run_fake_telegram() as opened:
        connector = build(opened)
        road.bursts["telegram"] = connector.capabilities.burst_pause
        async with open_account(connector):
            yield opened


async def read(road: Road, statement: str) -> list[Any]:
    async with road.database.read() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(statement)]


async def until_answered(road: Road, fake: FakeTelegram, count: int) -> None:
    """Wait until nothing waits for an answer and `count` have left."""
    waiting = "SELECT 1 FROM message WHERE settled = 'waiting'"
    unsent = "SELECT 1 FROM outbox WHERE state IN ('pending', 'sending')"
    async with asyncio.timeout(20):
        while len(fake.sent) < count or await read(road, waiting) or await read(road, unsent):  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("seed", range(3))
async def test_album_in_any_order_gets_one_answer(fake: FakeTelegram, road: Road, seed: int) -> None:
    for number, caption in enumerate(("", "my lamp is broken", "", "")):
        photo = {"file_id": f"F{number}", "file_unique_id": f"f{number}", "width": 9, "height": 9}
        words: dict[str, Any] = {"caption": caption} if caption else {}
        fake.push_message(7, text=None, photo=[photo], media_group_id="A", **words)
    statuses = await fake.deliver(copies=2, shuffle=random.Random(seed))  # noqa: S311 - an order, not a secret
    assert set(statuses) == {200}
    await until_answered(road, fake, 1)
    assert await read(road, "SELECT count(*) FROM turn") == [(1,)]
    assert [sent["text"].split() for sent in fake.sent] == [["1:", "my", "lamp", "is", "broken"]]
    albums = "SELECT DISTINCT metadata ->> 'album', count(*) OVER () FROM message WHERE author = 'contact'"
    assert await read(road, albums) == [("A", 4)]


async def test_comments_are_answered_under_their_post(fake: FakeTelegram, road: Road) -> None:
    post = fake.push_message(777000, chat=-100, text="A new lamp!", **POST)["message"]
    for person in (7, 8):
        fake.push_message(
            person, chat=-100, text=f"red? {person}", reply_to_message=post, message_thread_id=1
        )
    fake.say(7, f"@{NAME} hello", chat=-100, entities=[{"type": "mention", "offset": 0, "length": 9}])
    await fake.deliver(copies=2, shuffle=random.Random(1))  # noqa: S311 - as above
    await until_answered(road, fake, 3)
    assert sorted(sent["text"] for sent in fake.sent) == ["1: hello", "1: red? 7", "1: red? 8"]
    conversations = await read(road, "SELECT key, surface FROM conversation ORDER BY key")
    assert conversations == [("-100:7", "group"), ("post:-100:1:7", "public"), ("post:-100:1:8", "public")]
    answered = {
        call.fields["reply_parameters"]["message_id"] for call in fake.transcript if "text" in call.fields
    }
    assert answered == {2, 3, 4}


async def test_answer_to_a_comment_is_under_its_post_also_after_a_restart(
    road: Road, open_account: Open
) -> None:
    async with run_fake_telegram() as fake:
        post = fake.push_message(777000, chat=-100, text="A new lamp!", **POST)["message"]
        async with open_account(build(fake)):
            first = fake.push_message(7, chat=-100, text="red?", reply_to_message=post, message_thread_id=1)
            await fake.deliver()
            await until_answered(road, fake, 1)
        shown = {name: value for name, value in first["message"].items() if name != "reply_to_message"}
        for count in (2, 3):  # neither process has seen the post
            async with open_account(build(fake)):
                below: dict[str, Any] = {"reply_to_message": shown, "message_thread_id": 1}
                fake.push_message(8, chat=-100, text="I wonder, too", **below)
                fake.push_message(9, chat=-100, text="hi", message_thread_id=77)  # no post's thread
                await fake.deliver(copies=2)
                await until_answered(road, fake, count)
        assert [sent["text"] for sent in fake.sent] == ["1: red?", "1: I wonder, too", "2: I wonder, too"]
    conversations = await read(road, "SELECT key, surface FROM conversation ORDER BY key")
    assert conversations == [("post:-100:1:7", "public"), ("post:-100:1:8", "public")]
    kept = await read(road, "SELECT metadata FROM stray_event WHERE event_id LIKE '-100:%'")
    assert kept == [({"update": "message"},)] * 2


async def test_who_is_asked_for_updates_knows_the_posts_of_before_too(road: Road) -> None:
    async with run_fake_telegram() as fake:
        post = fake.push_message(777000, chat=-100, text="A new lamp!", **POST)["message"]
        fake.push_message(7, chat=-100, text="red?", reply_to_message=post, message_thread_id=1)
        for count in (1, 2):
            async with asking(road, build(fake, take_over_webhook="true")):
                await until_answered(road, fake, count)
            below: dict[str, Any] = {"reply_to_message": fake.sent[0], "message_thread_id": 1}
            fake.push_message(8, chat=-100, text="I wonder, too", **below)
        assert [sent["text"] for sent in fake.sent] == ["1: red?", "1: I wonder, too"]
    conversations = await read(road, "SELECT key FROM conversation ORDER BY key")
    assert conversations == [("post:-100:1:7",), ("post:-100:1:8",)]


async def test_owner_of_an_account_silences_the_bot_there(fake: FakeTelegram, road: Road) -> None:
    fake.businesses["bc1"] = {7}
    customer = fake.push_message(7, business=True, text="hello", business_connection_id="bc1")
    await fake.deliver()
    await until_answered(road, fake, 1)
    ours = {
        **fake.sent[0],
        "from": make_person(5),
        "sender_business_bot": {"id": 42, "is_bot": True, "first_name": "B"},
    }
    fake.push({"business_message": ours})  # what we sent comes back, and does not silence us
    again = {**customer["business_message"], "message_id": 90, "text": "are you there?"}
    fake.push({"business_message": again})
    await fake.deliver()
    await until_answered(road, fake, 2)
    owner = {**customer["business_message"], "message_id": 91, "from": make_person(5), "text": "I am"}
    fake.push({"business_message": owner})
    fake.push({"business_message": {**again, "message_id": 92, "text": "good"}})
    await fake.deliver()
    assert [sent["text"] for sent in fake.sent] == ["1: hello", "2: are you there?"]
    assert await read(road, "SELECT key, status FROM conversation") == [("business:bc1:7", "held")]
