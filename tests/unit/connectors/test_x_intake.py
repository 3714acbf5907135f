"""Asking X for mentions and messages, where it has no address to call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import pytest

from bot.connector import AccountConfig, InboundEvent
from bot.domain.message import Kind
from bot.errors import SettingsError
from connectors.x.connector import XConnector
from tests.contracts.connectors.x import OPTIONS
from tests.fakes.x import FakeX, run_fake_x
from tests.fakes.x_events import ME


@pytest.fixture
async def fake() -> AsyncIterator[FakeX]:
    async with run_fake_x() as opened:
        yield opened


async def take(fake: FakeX, count: int, cursor: str | None, **options: str) -> tuple[list[InboundEvent], str]:
    """Ask until `count` events came; returns them and the cursor."""
    config = AccountConfig(channel="x", name="main", options={**OPTIONS, "api_url": fake.url, **options})
    connector = XConnector(config, pause=timedelta(milliseconds=0.2))
    await connector.start(None)
    found: list[InboundEvent] = []
    try:
        async with asyncio.timeout(20), aclosing(connector.poll(cursor)) as batches:
            async for polled in batches:
                found.extend(polled.events)
                if len(found) >= count:
                    return found, polled.cursor
    finally:
        await connector.close()
    raise AssertionError("polling ended")


START = '{"mentions": "1", "messages": "1"}'


async def test_mentions_and_messages_come_once_oldest_first(fake: FakeX) -> None:
    fake.mention("@lyra one")
    fake.mention("@lyra two")
    fake.direct("three")
    found, cursor = await take(fake, 3, START)
    assert [event.content.text for event in found] == ["one", "two", "three"]
    assert [event.kind for event in found] == [Kind.TEXT] * 3
    assert found[2].conversation_key == "7"
    fake.mention("@lyra four")
    later, _ = await take(fake, 1, cursor)
    assert [event.content.text for event in later] == ["four"]


async def test_polled_and_pushed_events_are_the_same(fake: FakeX) -> None:
    told = fake.mention("@lyra one")
    found, _ = await take(fake, 1, START)
    assert found[0].event_id == told["data"]["payload"]["id"]


async def test_first_start_takes_nothing_old(fake: FakeX) -> None:
    fake.mention("@lyra long ago", post_id="1000")
    fake.add_message("long ago", sender="7", other=ME)["id"] = "1001"
    fake._last += 60_000 << 22  # a minute later
    fake.mention("@lyra now")
    found, _ = await take(fake, 1, None)
    assert [event.content.text for event in found] == ["now"]


async def test_many_pages_are_read_down_to_what_was_seen(fake: FakeX) -> None:
    for number in range(230):
        fake.direct(str(number))
    found, _ = await take(fake, 230, START)
    assert [event.content.text for event in found] == [str(number) for number in range(230)]


async def test_own_messages_are_echoes_and_group_chats_nobodys_words(fake: FakeX) -> None:
    fake.add_message("ours", sender=ME, other="7")
    fake.direct("in a group")
    fake.messages[-1]["dm_conversation_id"] = "1578398451921985538"
    fake.direct("hello")
    found, _ = await take(fake, 3, START)
    assert [event.kind for event in found] == [Kind.ECHO, Kind.UNSUPPORTED, Kind.TEXT]


async def test_refused_tokens_end_it_in_words(fake: FakeX) -> None:
    with pytest.raises(SettingsError, match="allow the app again"):
        await take(fake, 1, START, access_token_secret="another")
