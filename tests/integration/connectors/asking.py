"""Accounts that are asked and never call: the road with a poller beside it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.service.poll import run_poller
from tests.integration.connectors.conftest import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.connector import Connector
    from bot.service.road import Road


@asynccontextmanager
async def asking(road: Road, connector: Connector) -> AsyncIterator[None]:
    """Serve an account as one process does that asks for what is new. Ends as a process does."""
    async with opened(road, connector):
        poller = asyncio.create_task(run_poller(road, connector))
        try:
            await until_connected(road, connector)
            yield
        finally:
            poller.cancel()
            await asyncio.wait([poller])


async def until_connected(road: Road, connector: Connector) -> None:
    """Wait until it is written down how far the account was read: what comes now is not missed."""
    async with asyncio.timeout(20):
        while await read_cursor(road, connector) is None:  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.02)


async def read_cursor(road: Road, connector: Connector) -> str | None:
    """Return how far an account was read."""
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql(
            f"SELECT cursor FROM account WHERE channel = '{connector.channel}' "
            f"AND name = '{connector.account.name}'"
        )
        cursor: str | None = found.scalar()
        return cursor


async def list_texts(road: Road) -> list[tuple[str, str]]:
    """Return author and text of all that was said, in order."""
    async with road.database.read() as connection:
        found = await connection.exec_driver_sql(
            "SELECT author, content ->> 'text' AS text FROM message ORDER BY id"
        )
        return [(row["author"], row["text"]) for row in found.mappings()]


async def until_said(road: Road, text: str) -> None:
    """Wait until something stands in a conversation."""
    async with asyncio.timeout(20):
        while not any(text in said for _, said in await list_texts(road)):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
