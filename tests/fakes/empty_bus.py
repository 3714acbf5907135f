"""A bus with nothing on it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from bot.bus.bus import Bus, open_bus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def open_empty_bus(url: str) -> AsyncIterator[Bus]:
    """Empty a server, then open it: whoever listens already takes that for a loss, and tells of it later."""
    async with Redis.from_url(url) as client:
        await client.flushall()
    async with open_bus(url) as opened:
        async with asyncio.timeout(20):
            while opened.live._last_id == "$":  # noqa: ASYNC110 - it does not follow yet: who listens is reset
                await asyncio.sleep(0.005)
        yield opened
