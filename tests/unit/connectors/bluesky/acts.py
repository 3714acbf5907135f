"""What tests of Bluesky have in common."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.connector import (
    AccountConfig,
)
from connectors.bluesky.connector import BlueskyConnector
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky_methods import PASSWORD
from tests.unit.connectors.asked import Reading

LIST, LOG = "app.bsky.notification.listNotifications", "chat.bsky.convo.getLog"
CREATE, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"


def build(fake: FakeBluesky, password: str = PASSWORD) -> BlueskyConnector:
    options = {"handle": "lyra.bsky.example", "app_password": password, "api_url": fake.url}
    config = AccountConfig(channel="bluesky", name="main", options=options)
    return BlueskyConnector(config, pause=timedelta(milliseconds=4))


async def read_on(connector: BlueskyConnector, cursor: str | None, count: int) -> Reading:
    found = Reading()
    task = asyncio.create_task(found.run(connector, cursor))
    async with asyncio.timeout(20):
        while len(found.events) < count or (cursor is None and not found.cursor):  # noqa: ASYNC110 - patience
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)  # and nothing more comes
    task.cancel()
    await asyncio.wait([task])
    return found
