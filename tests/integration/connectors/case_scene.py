"""A place where somebody complains in public and is led into private: what tests do and see there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.storage import cases
from tests.integration.connectors.conftest import opened

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.domain.case import ThreadLink
    from bot.service.road import Road

Heard = tuple[str, str]
"""What reached people: `private` or `public`, and its words."""
Act = Callable[[str], Awaitable[object]]
PATIENCE = 20.0  # seconds
UNSETTLED = """
    SELECT 1 FROM message m JOIN conversation c ON c.id = m.conversation_id
    WHERE m.settled = 'waiting' AND c.status = 'bot' UNION ALL
    SELECT 1 FROM outbox WHERE state IN ('pending', 'sending')
"""


@dataclass(kw_only=True)
class Scene:
    """One account, and one person who writes to it.

    `complain` writes in public, `write` in private, `come` the same after the link was pressed; each is told
    twice. `take_back` deletes what was said in public, where the platform tells that. `refuse` lets the
    platform take no private reply any more, `again` tells all that was ever told. `heard` returns what
    reached people, in order. `link` is the address that leads into private.
    """

    road: Road
    connector: Connector
    complain: Act
    write: Act
    come: Act
    again: Callable[[], Awaitable[object]]
    heard: Callable[[], list[Heard]]
    refuse: Callable[[], object]
    link: str
    take_back: Callable[[], Awaitable[object]] | None = None

    async def settled(self) -> list[Heard]:
        """Wait until nothing waits for an answer or to be sent; return what reached people."""
        async with asyncio.timeout(PATIENCE):
            while await self.ask(f"{UNSETTLED} LIMIT 1"):  # noqa: ASYNC110 - a test's patience
                await asyncio.sleep(0.05)
        return self.heard()

    async def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a statement finds."""
        async with self.road.database.read() as connection:
            return [tuple(row) for row in await connection.exec_driver_sql(sql)]

    async def holders(self) -> dict[str, str]:
        """Return who holds the conversations, by where they are."""
        rows = await self.ask("SELECT surface, status FROM conversation")
        return {"private" if surface == "direct" else "public": status for surface, status in rows}

    async def private_id(self) -> int:
        """Return the private conversation."""
        ((found,),) = await self.ask("SELECT id FROM conversation WHERE surface = 'direct'")
        return int(found)

    async def public_id(self) -> int:
        """Return the public conversation."""
        ((found,),) = await self.ask("SELECT id FROM conversation WHERE surface <> 'direct'")
        return int(found)

    async def link_between(self) -> ThreadLink | None:
        """Return the open case."""
        async with self.road.database.read() as connection:
            return await cases.find_open(connection, await self.public_id())

    async def waiting(self) -> list[int]:
        """Return the conversations in the queue, an entry each."""
        rows = await self.ask("SELECT conversation_id FROM handoff WHERE closed_at IS NULL")
        return [conversation_id for (conversation_id,) in rows]


Stage = Callable[["Road"], AbstractAsyncContextManager[Scene]]


@asynccontextmanager
async def served(road: Road, connector: Connector) -> AsyncIterator[tuple[Road, str]]:
    """Serve an account whose public posts lead into private; yields the road and the webhook's address."""
    road = replace(road, passages={(connector.channel, connector.account.name): connector})
    async with opened(road, connector) as hook:
        yield road, hook


def order() -> random.Random:
    """Return an order, the same each time."""
    return random.Random(3)  # noqa: S311 - an order, not a secret
