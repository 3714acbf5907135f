"""Live events: what pages and waiting calls want to know at once. Ids only, never customers' words.

One reader per process follows the stream and fans out to everybody in it who listens, so the cost
of an event does not grow with the number of watchers at the server. An entry of the stream holds what
was told together: most of what an entry costs, at both ends, it costs once. An event is known by its
entry and its place in it, `1700000000000-0.2`.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections import deque
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson
import structlog
from redis.exceptions import RedisError

from bot.bus.keys import EPOCH, LIVE, LIVE_LENGTH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from redis.asyncio import Redis
    from redis.asyncio.client import Pipeline

    from bot.domain.json import Json, JsonObject

log = structlog.get_logger(__name__)

_BLOCK_MS = 1000
_EPOCH_SECONDS = 1.0
_BATCH = 500
_QUEUE_LENGTH = 1000
_EVENTS = b"e"  # the field of an entry that holds them
_ID = re.compile(r"(\d+)(?:-(\d+)(?:\.(\d+))?)?", re.ASCII)
_GATHERING_SECONDS = 0.02  # while nobody waits for news of one conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """Something happened. Kind `reset`: events were missed, read again from PostgreSQL."""

    id: str
    kind: str
    conversation_id: int | None = None
    data: JsonObject = field(default_factory=dict)


RESET = "reset"


class Subscription:
    """The events one listener gets, in order. Waiting may be cancelled and begun again."""

    def __init__(self, queue: asyncio.Queue[LiveEvent], missed: list[LiveEvent]) -> None:
        self._queue, self._missed = queue, deque(missed)
        self._seen = max((_order(event.id) for event in missed), default=(0, 0, 0))

    def __aiter__(self) -> Subscription:
        """Iterate over what happens from now on, for ever."""
        return self

    async def __anext__(self) -> LiveEvent:
        """Wait for the next event."""
        if self._missed:
            return self._missed.popleft()
        while True:
            event = await self._queue.get()
            if event.kind == RESET or _order(event.id) > self._seen:
                return event


class Live:
    """Publishes and listens. Call `run` as a task for as long as the process listens."""

    def __init__(self, redis: Redis, waiting: Redis) -> None:
        """Hold two clients: `waiting` is the one whose calls may block for a while."""
        self._redis, self._waiting = redis, waiting
        self._listeners: dict[int | None, set[asyncio.Queue[LiveEvent]]] = {}
        self._last_id = "$"
        self._epoch: bytes | None = None
        self._epoch_due = 0.0
        self._closely_followed = asyncio.Event()

    async def publish(self, kind: str, conversation_id: int | None = None, **data: Json) -> None:
        """Tell everybody. Never raises: who misses an event reads PostgreSQL."""
        pipeline = self._redis.pipeline(transaction=False)
        add_events(pipeline, [(kind, conversation_id, data)])
        try:
            await pipeline.execute()
        except (RedisError, OSError) as error:
            log.debug("live event not published", error=type(error).__name__)

    @asynccontextmanager
    async def subscribe(
        self,
        *,
        conversation_id: int | None = None,
        after: str | None = None,
    ) -> AsyncIterator[Subscription]:
        """Listen to one conversation, or to everything. What was told a moment before may come, too.

        With `after`, what was published since that id comes first, or a `reset` when that is no
        longer known. A listener too slow for its queue gets a `reset` too.
        """
        queue: asyncio.Queue[LiveEvent] = asyncio.Queue(_QUEUE_LENGTH)
        listeners = self._listeners.setdefault(conversation_id, set())
        listeners.add(queue)
        if conversation_id is not None:
            self._closely_followed.set()
        try:
            missed = await self._since(after, conversation_id) if after else []
            yield Subscription(queue, missed)
        finally:
            listeners.discard(queue)
            if not listeners:
                self._listeners.pop(conversation_id, None)

    async def run(self) -> None:
        """Follow the stream for ever, also over losses of the server."""
        while True:
            try:
                await self._follow()
            except (RedisError, OSError) as error:
                log.debug("Live reader waits for Redis", error=type(error).__name__)
                self._epoch, self._epoch_due = None, 0.0
                await asyncio.sleep(0.5)

    async def _let_gather(self) -> None:
        """Wait a moment: each reading costs more than the events it brings. Callers and chats never wait."""
        if self._listeners.keys() <= {None}:
            self._closely_followed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GATHERING_SECONDS):
                    await self._closely_followed.wait()

    async def _follow(self) -> None:
        # Once a second is soon enough to notice, and costs nothing per event.
        if time.monotonic() >= self._epoch_due:
            await self._check_epoch()
            self._epoch_due = time.monotonic() + _EPOCH_SECONDS
        if self._last_id == "$":
            newest: Any = await self._redis.xrevrange(LIVE, count=1)
            self._last_id = newest[0][0].decode() if newest else "0-0"
            self._reset_all()  # who listened before this, as while Redis was away, may have missed something
        answer: Any = await self._waiting.xread({LIVE: self._last_id}, count=_BATCH, block=_BLOCK_MS)
        for _, entries in answer or []:
            for entry_id, fields in entries:
                self._last_id = entry_id.decode()
                for event in _to_events(self._last_id, fields):
                    self._fan_out(event)
        if answer:
            await self._let_gather()

    async def _check_epoch(self) -> None:
        """Notice a server that lost its memory: then nobody knows what was missed."""
        await self._redis.set(EPOCH, secrets.token_hex(8), nx=True)
        epoch: Any = await self._redis.get(EPOCH)
        if epoch == self._epoch:
            return
        if self._epoch is not None or self._last_id != "$":
            self._last_id = "0-0"
            self._reset_all()
        self._epoch = epoch

    def _reset_all(self) -> None:
        event = LiveEvent(id="", kind=RESET)
        for listeners in self._listeners.values():
            for queue in listeners:
                _offer(queue, event)

    def _fan_out(self, event: LiveEvent) -> None:
        if event.kind == RESET:
            self._reset_all()
            return
        topics = {None, event.conversation_id}
        for topic in topics:
            for queue in self._listeners.get(topic, ()):
                _offer(queue, event)

    async def _since(self, after: str, conversation_id: int | None) -> list[LiveEvent]:
        try:
            oldest: Any = await self._redis.xrange(LIVE, count=1)
            entries: Any = await self._redis.xrange(LIVE, min=after.partition(".")[0])
        except (RedisError, OSError):
            return [LiveEvent(id="", kind=RESET)]
        seen = _order(after)
        if not oldest or _order(oldest[0][0].decode()) > seen:
            return [LiveEvent(id="", kind=RESET)]
        events = (event for entry_id, fields in entries for event in _to_events(entry_id.decode(), fields))
        return [
            event
            for event in events
            if _order(event.id) > seen and conversation_id in (None, event.conversation_id)
        ]


def _offer(queue: asyncio.Queue[LiveEvent], event: LiveEvent) -> None:
    if queue.full():
        while not queue.empty():
            with suppress(asyncio.QueueEmpty):
                queue.get_nowait()
        event = LiveEvent(id="", kind=RESET)
    queue.put_nowait(event)


Told: TypeAlias = "tuple[str, int | None, JsonObject]"  # kind, conversation, data


def add_events(pipeline: Pipeline, told: Sequence[Told]) -> None:
    """Have a pipeline publish events, in order, as one entry."""
    pipeline.xadd(  # type: ignore[unused-awaitable]  # a pipeline only notes the command
        LIVE, {_EVENTS: orjson.dumps(told)}, maxlen=LIVE_LENGTH, approximate=True
    )


def _to_events(entry_id: str, fields: dict[bytes, bytes]) -> list[LiveEvent]:
    """Read an entry. One of an older program that runs beside this one has everybody look for themselves."""
    written = fields.get(_EVENTS)
    if written is None:
        return [LiveEvent(id=entry_id, kind=RESET)]
    return [
        LiveEvent(id=f"{entry_id}.{place}", kind=kind, conversation_id=conversation_id, data=data)
        for place, (kind, conversation_id, data) in enumerate(orjson.loads(written), 1)
    ]


def _order(event_id: str) -> tuple[int, int, int]:
    """Return an id as a triple that sorts in time; a malformed one sorts before everything."""
    known = _ID.fullmatch(event_id)
    if known is None:
        return 0, 0, 0
    moment, number, place = known.groups(default="0")
    return int(moment), int(number), int(place)
