"""Mastodon as tests meet it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from connectors.mastodon.connector import MastodonConnector
from tests.fakes.mastodon import FakeMastodon, run_fake_mastodon
from tests.unit.connectors.asked import Reading
from tests.unit.connectors.mastodon.acts import build


@pytest.fixture
async def fake() -> AsyncIterator[FakeMastodon]:
    async with run_fake_mastodon() as opened:
        yield opened


@pytest.fixture
async def connector(fake: FakeMastodon) -> AsyncIterator[MastodonConnector]:
    opened = build(fake)
    await opened.start(None)
    yield opened
    await opened.close()


@pytest.fixture
async def reading(fake: FakeMastodon, connector: MastodonConnector) -> AsyncIterator[Reading]:
    """A poll of an account that is connected just now, and has its stream."""
    found = Reading()
    task = asyncio.create_task(found.run(connector, None))
    await fake.until(lambda: bool(fake.listeners) or not fake.streams)
    yield found
    task.cancel()
    await asyncio.wait([task])
