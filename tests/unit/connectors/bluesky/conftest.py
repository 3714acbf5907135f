"""Bluesky as tests meet it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.connector import (
    InboundEvent,
)
from connectors.bluesky.connector import BlueskyConnector
from tests.fakes.bluesky import FakeBluesky, run_fake_bluesky
from tests.unit.connectors.asked import Reading
from tests.unit.connectors.bluesky.acts import build


@pytest.fixture
async def fake() -> AsyncIterator[FakeBluesky]:
    async with run_fake_bluesky() as opened:
        yield opened


@pytest.fixture
async def connector(fake: FakeBluesky) -> AsyncIterator[BlueskyConnector]:
    opened = build(fake)
    await opened.start(None)
    yield opened
    await opened.close()


@pytest.fixture
async def reading(fake: FakeBluesky, connector: BlueskyConnector) -> AsyncIterator[Reading]:
    """A poll of an account that is connected just now."""
    found = Reading()
    task = asyncio.create_task(found.run(connector, None))
    await fake.until(lambda: "chat.bsky.convo.getLog" in fake.calls or not fake.opens_chat)
    yield found
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
async def mention(fake: FakeBluesky, reading: Reading) -> InboundEvent:
    fake.say("ann", "It is broken")
    await fake.until(lambda: len(reading.events) == 1)
    return reading.events[0]
