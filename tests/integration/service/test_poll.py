"""Two processes that may poll one account: one of them does, and the other goes on when it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.connector import AccountConfig
from bot.service import poll
from bot.service.poll import run_poller
from bot.storage.database import open_database
from connectors.telegram.connector import TelegramConnector
from tests.fakes.telegram import FakeTelegram, run_fake_telegram

if TYPE_CHECKING:
    from bot.service.road import Road

WAITS = "Another process polls this account: this one waits"


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeTelegram]:
    """A Telegram with one bot; processes that wait look often."""
    monkeypatch.setattr(poll, "_NEXT_TRY", 0.05)
    monkeypatch.setattr("bot.storage.locks._LOOK_SECONDS", 0.05)
    async with run_fake_telegram() as opened:
        yield opened


@asynccontextmanager
async def process(road: Road, fake: FakeTelegram, url: str) -> AsyncIterator[asyncio.Task[None]]:
    """A process of its own, with its own connections, that may poll the bot."""
    database = open_database(url)
    config = AccountConfig(
        channel="telegram", name="lyra", options={"token": fake.token, "api_url": fake.url}
    )
    connector = TelegramConnector(config)
    await connector.start(None)
    task = asyncio.create_task(run_poller(replace(road, database=database), connector))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        await connector.close()
        await database.close()


async def _texts(road: Road) -> list[str]:
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql("SELECT content ->> 'text' FROM message ORDER BY id")
        return list(found.scalars())


async def _until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.02)


async def _received(road: Road, *texts: str) -> None:
    async with asyncio.timeout(20):
        while await _texts(road) != list(texts):  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.02)


def _refused(fake: FakeTelegram) -> list[int]:
    return [call.status for call in fake.transcript if call.method == "getUpdates" and call.status == 409]


async def test_one_process_polls_and_the_next_goes_on_when_it_ends(
    road: Road, fake: FakeTelegram, database_url: str
) -> None:
    with capture_logs() as logs:
        async with process(road, fake, database_url) as first:
            fake.say(7, "one")
            await _received(road, "one")
            async with process(road, fake, database_url):
                await _until(lambda: WAITS in [line["event"] for line in logs])
                await asyncio.sleep(0.5)
                fake.say(7, "two")
                await _received(road, "one", "two")
                assert _refused(fake) == []
                first.cancel()
                await asyncio.wait([first])
                fake.say(7, "three")
                await _received(road, "one", "two", "three")
    assert [line["event"] for line in logs].count(WAITS) == 1  # said once, not at every look


async def test_a_process_that_lost_its_lock_stops_polling_and_tries_again(
    road: Road, fake: FakeTelegram, database_url: str
) -> None:
    with capture_logs() as logs:
        async with process(road, fake, database_url), process(road, fake, database_url):
            fake.say(7, "one")
            await _received(road, "one")
            await _until(lambda: WAITS in [line["event"] for line in logs])
            logs.clear()
            await _cut_holder(road)
            # The one that waited goes on at once; the one that lost it now waits.
            await _until(lambda: WAITS in [line["event"] for line in logs])
            fake.say(7, "two")
            await _received(road, "one", "two")
    assert "Polling waits" in [line["event"] for line in logs]
    assert [line["event"] for line in logs].count(WAITS) == 1


async def _cut_holder(road: Road) -> None:
    """Let PostgreSQL forget the connection that holds the lock."""
    async with road.database.read() as connection:
        await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks "
            "WHERE locktype = 'advisory' AND granted AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
