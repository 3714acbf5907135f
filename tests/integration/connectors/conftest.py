"""The whole road with one channel: a webhook, a worker and a courier over real servers."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.service.loops import run_clock, run_courier, run_worker
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, PUBLIC_URL, ROAD
from tests.fakes.engine import PlainEngine
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from bot.connector import Connector
    from bot.engines.engine import Engine
    from bot.service.road import Road

    Open = Callable[[Connector], AbstractAsyncContextManager[str]]


@asynccontextmanager
async def opened(road: Road, connector: Connector, engine: Engine | None = None) -> AsyncIterator[str]:
    """Serve an account as one process does; yields the address of its webhook. Ends as a process does."""
    connectors = {(connector.channel, connector.account.name): connector}
    app = web.Application()
    answer_errors_in(app)
    app[CONNECTORS], app[ROAD], app[PUBLIC_URL] = connectors, road, None
    hooks.add_hook_routes(app)
    async with serve(app) as (address, _):
        hook = f"{address}/webhooks/{connector.channel}/{connector.account.name}"
        await connector.start(hook)
        loops = [
            asyncio.create_task(run_worker(road, engine or PlainEngine(), consumer="worker", slots=4)),
            asyncio.create_task(run_courier(road, connectors, consumer="courier", slots=4)),
            asyncio.create_task(run_clock(road, every=timedelta(seconds=0.2))),
        ]
        try:
            yield hook
        finally:
            for loop in loops:
                loop.cancel()
            for loop in loops:
                with suppress(asyncio.CancelledError):
                    await loop
            await connector.close()


@pytest.fixture
def open_account(road: Road) -> Open:
    """Return what serves an account over this test's servers."""
    return lambda connector: opened(road, connector)
