"""The bus as the rest sees it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError  # noqa: A004 - the server's, not the system's

from bot.bus.announcer import Announcer
from bot.bus.live import Live
from bot.bus.rates import Rates
from bot.bus.work import Work
from bot.errors import BusUnavailable, SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.bus.keys import Stream
    from bot.domain.json import JsonObject


# Seconds. Customers must not wait for a bus that hangs: everything it would have said is found without it.
_SOON = 1.0
_LONGER_THAN_A_BLOCK = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """Work streams, live events, rates."""

    work: Work
    live: Live
    rates: Rates
    announcer: Announcer
    redis: Redis

    def announce(
        self,
        conversation_id: int,
        happened: Sequence[tuple[str, JsonObject]],
        *,
        wake: Sequence[Stream] = (),
        soon: bool = True,
    ) -> None:
        """Put hints and tell everybody what happened, (kind, data) each. Nobody waits for it.

        Events that need not be `soon` leave with what follows, which spares both servers a round trip.
        Never raises: the sweep finds the work, and who misses an event reads PostgreSQL.
        """
        self.announcer.add(conversation_id, happened, wake, soon=soon)

    async def ping(self) -> None:
        """Raise `BusUnavailable` unless the server answers."""
        try:
            await self.redis.ping()
        except (RedisError, OSError) as error:
            raise BusUnavailable(f"Redis does not answer ({error}): is REDIS_URL right?") from error


@asynccontextmanager
async def open_bus(url: str) -> AsyncIterator[Bus]:
    """Open the bus for a process and follow live events while it is open. Connects lazily."""
    redis, waiting = _make_client(url, patience=_SOON), _make_client(url, patience=_LONGER_THAN_A_BLOCK)
    work = Work(redis, waiting)
    bus = Bus(
        work=work,
        live=Live(redis, waiting),
        rates=Rates(redis),
        announcer=Announcer(redis, work),
        redis=redis,
    )
    reader = asyncio.create_task(bus.live.run(), name="live reader")
    try:
        yield bus
    finally:
        await bus.announcer.close()
        await _stop(reader)
        await redis.aclose()
        await waiting.aclose()


def _make_client(url: str, *, patience: float) -> Redis:
    try:
        return Redis.from_url(
            url,
            socket_connect_timeout=_SOON,
            socket_timeout=patience,
            # A broken connection is tried again once, at once; a silent server is not.
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
            health_check_interval=0,
        )
    except ValueError as error:
        raise SettingsError("REDIS_URL is not an address: redis://host:6379/0") from error


async def _stop(task: asyncio.Task[None]) -> None:
    """Cancel until it has ended: a client library may swallow a cancellation that meets a time-out."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.05)
