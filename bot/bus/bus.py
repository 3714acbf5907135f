"""The bus as the rest sees it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.bus.live import Live
from bot.bus.rates import Rates
from bot.bus.work import Work
from bot.errors import BusUnavailable, SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """Work streams, live events, rates."""

    work: Work
    live: Live
    rates: Rates
    redis: Redis

    async def ping(self) -> None:
        """Raise `BusUnavailable` unless the server answers."""
        try:
            await self.redis.ping()
        except (RedisError, OSError) as error:
            raise BusUnavailable("Redis does not answer") from error


@asynccontextmanager
async def open_bus(url: str) -> AsyncIterator[Bus]:
    """Open the bus for a process and follow live events while it is open. Connects lazily."""
    try:
        # A broken connection is tried again once, at once; waiting is the callers' business.
        redis = Redis.from_url(
            url,
            socket_connect_timeout=5,
            socket_timeout=10,
            retry=Retry(NoBackoff(), 1),
            health_check_interval=0,
        )
    except ValueError as error:
        raise SettingsError("REDIS_URL is not an address: redis://host:6379/0") from error
    bus = Bus(work=Work(redis), live=Live(redis), rates=Rates(redis), redis=redis)
    reader = asyncio.create_task(bus.live.run(), name="live reader")
    try:
        yield bus
    finally:
        await _stop(reader)
        await redis.aclose()


async def _stop(task: asyncio.Task[None]) -> None:
    """Cancel until it has ended: a client library may swallow a cancellation that meets a time-out."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.05)
