"""PostgreSQL goes away while a caller waits for an answer: the message is kept and must not be said again."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.connector import Delivery
from bot.domain.conversation import Status
from bot.domain.pipeline import DeskSpec
from bot.embedded import Child, start_postgres
from bot.service.answer import answer
from bot.service.fetch import _REMEMBERED, FetchLog, fetch
from bot.service.receive import Received, receive
from bot.service.road import Road
from bot.storage.database import open_database
from bot.storage.schema import upgrade_schema
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.bus.bus import Bus


@dataclass(slots=True)
class Outage:
    """A database of its own that can be stopped and started."""

    road: Road
    folder: Path
    postgres: Child

    async def stop(self) -> None:
        await asyncio.to_thread(self.postgres.stop)

    async def start(self) -> None:
        self.postgres = await asyncio.to_thread(start_postgres, self.folder, port=self.postgres.port)


@asynccontextmanager
async def breakable(folder: Path, bus: Bus) -> AsyncIterator[Outage]:
    postgres = start_postgres(folder)
    database = open_database(postgres.url)
    road = Road(database=database, bus=bus, now=lambda: datetime.now(UTC), desk=DeskSpec())
    outage = Outage(road=road, folder=folder, postgres=postgres)
    try:
        await upgrade_schema(database)
        yield outage
    finally:
        await database.close()
        outage.postgres.stop()


async def call(road: Road, text: str) -> Received:
    pulls = {"delivery": Delivery.PULL.value}
    return await receive(road, says(text, channel="rest", event_id="1", reply_context=pulls))


async def test_a_waiting_call_gets_its_answer_once_the_database_is_back(tmp_path: Path, bus: Bus) -> None:
    async with breakable(tmp_path, bus) as outage:
        received = await call(outage.road, "one")
        waiting = asyncio.create_task(fetch(outage.road, received, limit=timedelta(seconds=30)))
        await outage.stop()
        await asyncio.sleep(1.2)
        assert not waiting.done()
        await outage.start()
        assert received.conversation_id is not None
        await answer(outage.road, PlainEngine(), received.conversation_id)
        assert [each.content.text for each in (await waiting).replies] == ["1: one"]


async def test_a_call_that_can_wait_no_longer_is_told_that_the_answer_comes_later(
    tmp_path: Path, bus: Bus
) -> None:
    async with breakable(tmp_path, bus) as outage:
        received = await call(outage.road, "one")
        await outage.stop()
        pulled = await fetch(outage.road, received, limit=timedelta(seconds=1))
        assert (pulled.turn_id, pulled.status, pulled.replies) == (None, Status.BOT, ())


async def test_what_callers_were_told_is_remembered_within_bounds(road: Road) -> None:
    log = FetchLog(road)
    log._closing = True
    for message_id in range(_REMEMBERED + 1_000):
        log.add([message_id])
    assert list(log._told) == list(range(1_000, _REMEMBERED + 1_000))
    log._ids.clear()
    await log.close()
