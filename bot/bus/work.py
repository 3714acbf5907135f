"""Work streams: hints that a conversation has something to do.

A hint says nothing but the conversation's id; what there is to do stands in PostgreSQL, where the
worker claims it. So hints may be lost (the sweep puts them again) or come twice (the second claim
finds nothing), and no acknowledgement is kept.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from redis.exceptions import RedisError, ResponseError

from bot.bus.keys import GROUP, WORK_LENGTH, Stream, work_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis.asyncio import Redis
    from redis.asyncio.client import Pipeline

log = structlog.get_logger(__name__)

_BLOCK_MS = 2000


class Work:
    """Puts and takes hints."""

    def __init__(self, redis: Redis, waiting: Redis) -> None:
        """Hold two clients: `waiting` is the one whose calls may block for a while."""
        self._redis, self._waiting = redis, waiting
        self._down = False

    async def put(self, stream: Stream, *conversation_ids: int) -> None:
        """Say that these conversations have something to do. Never raises: the sweep is the net."""
        if not conversation_ids:
            return
        pipeline = self._redis.pipeline(transaction=False)
        for conversation_id in conversation_ids:
            add_hint(pipeline, stream, conversation_id)
        try:
            await pipeline.execute()
        except (RedisError, OSError) as error:
            self.note(down=True, error=error)
        else:
            self.note(down=False)

    async def take(self, stream: Stream, consumer: str, *, most: int) -> list[int]:
        """Wait up to two seconds for hints; returns up to `most` conversation ids, without repeats.

        While the server is away it waits and returns nothing.
        """
        try:
            found = await self._read(stream, consumer, most)
        except (RedisError, OSError) as error:
            self.note(down=True, error=error)
            await asyncio.sleep(0.5)
            return []
        self.note(down=False)
        return list(dict.fromkeys(found))

    async def _read(self, stream: Stream, consumer: str, most: int) -> Iterable[int]:
        try:
            answer: Any = await self._waiting.xreadgroup(
                GROUP,
                consumer,
                {work_key(stream): ">"},
                count=most,
                block=_BLOCK_MS,
                noack=True,
            )
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self._make_group(stream)
            return []
        return [int(fields[b"c"]) for _, entries in answer or [] for _, fields in entries]

    async def _make_group(self, stream: Stream) -> None:
        try:
            await self._redis.xgroup_create(work_key(stream), GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):  # another process was faster
                raise

    async def leave(self, stream: Stream, consumer: str) -> None:
        """Forget a consumer that stops."""
        try:
            await self._redis.xgroup_delconsumer(work_key(stream), GROUP, consumer)
        except (RedisError, OSError) as error:
            self.note(down=True, error=error)

    def note(self, *, down: bool, error: Exception | None = None) -> None:
        """Log, once each time, that the server went away or came back."""
        if down and not self._down:
            log.warning("Redis is away: work waits for the sweep", error=type(error).__name__)
        elif self._down and not down:
            log.info("Redis is back")
        self._down = down


def add_hint(pipeline: Pipeline, stream: Stream, conversation_id: int) -> None:
    """Have a pipeline put one hint."""
    pipeline.xadd(  # type: ignore[unused-awaitable]  # a pipeline only notes the command
        work_key(stream), {"c": conversation_id}, maxlen=WORK_LENGTH, approximate=True
    )
