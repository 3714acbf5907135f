"""A process that walks the road and kills itself, by SIGKILL, at one commit.

Run as `python -m tests.integration.road.victim DATABASE_URL REDIS_URL RECEIVER_URL POINT WHEN`: it dies
right before or right after its POINT-th commit. What it acknowledged is on its standard output.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.bus.bus import open_bus
from bot.domain.pipeline import DeskSpec
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage.database import Database, open_database
from bot.storage.direct import Direct
from tests.fakes.engine import PlainEngine
from tests.integration.road.walk import CONVERSATION, LEASE, TEXTS, http_connector, inbound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.storage.connection import AsyncConnection


class DeadlyDatabase(Database):
    """Commits until its time has come."""

    def __init__(self, database: Database, *, point: int, when: str) -> None:
        super().__init__(database._engine, database._direct, unlimited=database._unlimited)
        self._point, self._when, self._commits = point, when, 0

    @override
    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        async with super().begin() as connection:
            yield connection
            self._commits += 1
            self._maybe_die("before")
        self._maybe_die("after")

    @override
    @asynccontextmanager
    async def direct(self, *, transaction: bool = False) -> AsyncIterator[Direct]:
        self._commits += 1
        if not transaction:
            self._maybe_die("before")
        async with super().direct(transaction=transaction) as connection:
            yield connection
            if transaction:
                self._maybe_die("before")
        self._maybe_die("after")

    def _maybe_die(self, when: str) -> None:
        if self._commits == self._point and self._when == when:
            os.kill(os.getpid(), signal.SIGKILL)


async def walk(database_url: str, redis_url: str, receiver: str, point: int, when: str) -> None:
    """Walk the whole road for two messages."""
    database = DeadlyDatabase(open_database(database_url), point=point, when=when)
    connector = http_connector(receiver)
    async with open_bus(redis_url) as bus:
        road = Road(database=database, bus=bus, now=lambda: datetime.now(UTC), desk=DeskSpec(), lease=LEASE)
        for number in range(len(TEXTS)):
            received = await receive(road, inbound(number))
            print(f"ack {number}", flush=True)
            assert received.conversation_id == CONVERSATION
            await answer(road, PlainEngine(), CONVERSATION)
        await deliver(road, {("webchat", "lyra"): connector}, CONVERSATION)
    await connector.close()
    await database.close()
    print("finished", flush=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    asyncio.run(walk(arguments[0], arguments[1], arguments[2], int(arguments[3]), arguments[4]))
