"""Hints and live events leave together: while one batch is under way, the next one gathers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from bot.bus.live import add_events
from bot.bus.work import add_hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redis.asyncio import Redis

    from bot.bus.keys import Stream
    from bot.bus.live import Told
    from bot.bus.work import Work
    from bot.domain.json import JsonObject


_COMPANY = 0.02  # seconds to wait for it, where more follows soon


class Announcer:
    """Sends in the background, in order, one round trip at a time. What cannot be sent is dropped."""

    def __init__(self, redis: Redis, work: Work) -> None:
        """Hold the client; `work` keeps the note whether the server is there."""
        self._redis, self._work = redis, work
        self._hints: list[tuple[Stream, int]] = []
        self._told: list[Told] = []
        self._sending: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def add(
        self,
        conversation_id: int,
        happened: Iterable[tuple[str, JsonObject]],
        wake: Sequence[Stream],
        *,
        soon: bool,
    ) -> None:
        """Have hints and events sent: `soon`, as hints always are, or with the next, or after a moment."""
        self._hints.extend((stream, conversation_id) for stream in wake)
        self._told.extend((kind, conversation_id, data) for kind, data in happened)
        if soon or wake:
            self._begin()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_COMPANY, self._begin)

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="announcer")

    async def close(self) -> None:
        """Send what waits."""
        self._begin()
        if self._sending is not None:
            await self._sending

    async def _send(self) -> None:
        while self._hints or self._told:
            pipeline = self._redis.pipeline(transaction=False)
            for stream, conversation_id in self._hints:
                add_hint(pipeline, stream, conversation_id)
            if self._told:
                add_events(pipeline, self._told)
            self._hints, self._told = [], []
            try:
                await pipeline.execute()
            except (RedisError, OSError) as error:
                self._work.note(down=True, error=error)
            else:
                self._work.note(down=False)
