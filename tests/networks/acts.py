"""What tests of the networks have in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.connector import AccountConfig, Connector, InboundEvent
from connectors.bluesky.connector import BlueskyConnector
from connectors.mastodon.connector import MastodonConnector
from tests.networks.mastodon import BRAND, Server
from tests.networks.people import WAIT, Person
from tests.unit.connectors.asked import Reading


async def build_bluesky(brand: Person, *, privileged: bool = False) -> BlueskyConnector:
    """Return a connector of somebody's account, with an app password of its own."""
    password = await brand.make_app_password(privileged=privileged)
    options = {"handle": brand.handle, "app_password": password, "api_url": brand.url}
    config = AccountConfig(channel="bluesky", name="main", options=options)
    return BlueskyConnector(config, http_timeout=timedelta(seconds=20), pause=timedelta(milliseconds=40))


def build_mastodon(
    server: Server,
    *,
    token: str = BRAND,
    http_timeout: timedelta = timedelta(seconds=20),
    pause: timedelta = timedelta(milliseconds=40),
) -> MastodonConnector:
    """Return a connector of the brand's account."""
    config = AccountConfig(channel="mastodon", name="main", options={"token": token, "instance": server.url})
    return MastodonConnector(config, http_timeout=http_timeout, pause=pause)


async def take(reading: Reading, number: int) -> list[InboundEvent]:
    """Return what a poll brought, once it is so many events."""
    try:
        async with asyncio.timeout(WAIT):
            while len(reading.events) < number:  # noqa: ASYNC110 - a test's patience
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"only this came: {reading.said}")
    return reading.events


@asynccontextmanager
async def polling(connector: Connector, cursor: str | None = None) -> AsyncIterator[Reading]:
    """Poll an account beside the test, from now on where there is no cursor."""
    found = Reading()
    task = asyncio.create_task(found.run(connector, cursor))
    try:
        async with asyncio.timeout(WAIT):
            while found.cursor is None and cursor is None and not task.done():  # noqa: ASYNC110 - patience
                await asyncio.sleep(0.02)
        yield found
    finally:
        task.cancel()
        await asyncio.wait([task])
