"""What tests of Mastodon have in common."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.connector import (
    AccountConfig,
)
from connectors.mastodon.connector import MastodonConnector
from tests.fakes.mastodon import FakeMastodon
from tests.unit.connectors.asked import Reading


def build(fake: FakeMastodon, **options: str) -> MastodonConnector:
    config = AccountConfig(
        channel="mastodon", name="main", options={"token": fake.token, "instance": fake.url, **options}
    )
    return MastodonConnector(config, pause=timedelta(milliseconds=5))


async def read_once(connector: MastodonConnector, cursor: str | None, count: int) -> Reading:
    found = Reading()
    task = asyncio.create_task(found.run(connector, cursor))
    async with asyncio.timeout(20):
        while len(found.events) < count or found.cursor is None:  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.wait([task])
    return found
