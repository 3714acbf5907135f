"""A service in front of a page or an Instagram account, and Meta's deliveries to it."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.connector import AccountConfig, Connector
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.storage import messages
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, ROAD
from tests.fakes.engine import PlainEngine
from tests.fakes.graph import FakeGraph
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from bot.domain.message import Message
    from bot.service.road import Road

ANN = "7001"


@dataclass(kw_only=True)
class House:
    """A service with one account, and its platform."""

    road: Road
    fake: FakeGraph
    connector: Connector
    url: str

    async def tell(self, *bodies: Any, copies: int = 1) -> list[int]:
        """Let Meta deliver bodies, some more than once, in any order."""
        order = random.Random(1)  # noqa: S311 - an order, not a secret
        return await self.fake.deliver(self.url, *bodies, copies=copies, shuffle=order)

    async def work(self) -> None:
        """Answer and deliver what is due."""
        async with self.road.database.read() as connection:
            found = await connection.exec_driver_sql("SELECT id FROM conversation ORDER BY id")
            ids = [row.id for row in found]
        for conversation_id in ids:
            await answer(self.road, PlainEngine(), conversation_id)
            key = (self.connector.channel, self.connector.account.name)
            await deliver(self.road, {key: self.connector}, conversation_id)

    async def stored(self) -> list[Message]:
        """Return every message of every conversation."""
        async with self.road.database.read() as connection:
            found = await connection.exec_driver_sql("SELECT id FROM conversation ORDER BY id")
            return [each for row in found for each in await messages.list_messages(connection, row.id)]

    async def statuses(self) -> list[str]:
        """Return who holds each conversation."""
        async with self.road.database.read() as connection:
            found = await connection.exec_driver_sql("SELECT status FROM conversation ORDER BY id")
            return [row.status for row in found]


@asynccontextmanager
async def house(road: Road, fake: FakeGraph, kind: type[Connector], own: str) -> AsyncIterator[House]:
    """Start a service in front of a platform."""
    options = {
        own: fake.own_id,
        "token": fake.token,
        "app_secret": fake.app_secret,
        "verify_token": fake.verify_token,
        "app_id": fake.app_id,
        "api_url": fake.url,
    }
    config = AccountConfig(channel=kind.channel, name="lyra", options=options)
    connector = kind(config)
    app = web.Application()
    answer_errors_in(app)
    app[CONNECTORS] = {(kind.channel, "lyra"): connector}
    app[ROAD] = road
    hooks.add_hook_routes(app)
    async with serve(app) as (address, _):
        url = f"{address}/webhooks/{kind.channel}/lyra"
        await connector.start(url)
        yield House(road=road, fake=fake, connector=connector, url=url)
        await connector.close()


def now(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    """Let elements have happened just now."""
    return [{**each, "timestamp": int(time.time() * 1000)} for each in elements]
