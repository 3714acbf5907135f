"""Fetch: replies of a conversation whose own side reads them: the synchronous REST call."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.domain.conversation import BOT_MAY_SPEAK, Status
from bot.domain.message import DeliveryState
from bot.errors import StorageUnavailable
from bot.storage import outbox
from bot.storage.pulled import Pulled, get_pulled

if TYPE_CHECKING:
    from collections.abc import Container

    from bot.bus.live import Subscription
    from bot.service.answer import Answered
    from bot.service.receive import Received
    from bot.service.road import Road

log = structlog.get_logger(__name__)

_LOOK = 0.5  # seconds; live events are the fast way, PostgreSQL is asked in case one was missed
_FLUSH = 0.05  # seconds between what a caller read and its being written down
_REMEMBERED = 10_000  # messages told of late: far more than leave within one flush
_NOTHING_YET = Pulled(turn_id=None, status=Status.BOT, replies=(), earlier=())


async def fetch(road: Road, received: Received, *, limit: timedelta, told: Container[int] = ()) -> Pulled:
    """Wait for the turn that takes a message, wherever it is computed, and return its replies.

    `told`: messages that left already and are only not written down yet. Returns without replies as soon
    as a person has the conversation, or when `limit` is over. The message is committed, so a database that
    is away meanwhile is waited for: an error would make the caller say it again.
    """
    began = asyncio.get_running_loop().time()
    pulled = await _wait_for_turn_here(received.turn, min(_LOOK, limit.total_seconds()))
    if pulled is not None and all(message_id in told for message_id in pulled.unread):
        return pulled
    return await _wait_for_turn(road, received, limit=limit, began=began)


async def _wait_for_turn_here(turn: asyncio.Task[Answered | None] | None, seconds: float) -> Pulled | None:
    """Return what a turn of this process says; None where it says nothing, fails, or takes longer."""
    if turn is None or not (await asyncio.wait([turn], timeout=seconds))[0] or turn.cancelled():
        return None
    answered = turn.result()
    return answered.pulled if answered else None


async def _wait_for_turn(road: Road, received: Received, *, limit: timedelta, began: float) -> Pulled:
    conversation_id, message_id = received.conversation_id, received.message_id
    assert conversation_id is not None
    assert message_id is not None
    # Else it was answered before, or a person has it.
    waiting = received.status is Status.BOT and received.turn is None
    ends = began + limit.total_seconds()
    async with road.bus.live.subscribe(conversation_id=conversation_id) as events:
        while True:
            if waiting:
                await _next_answer(events, message_id, _LOOK)
            pulled = await _look(road, message_id, limit)
            late = asyncio.get_running_loop().time() >= ends
            if pulled.turn_id or late or pulled.status not in BOT_MAY_SPEAK:
                return pulled
            waiting = True


async def _look(road: Road, message_id: int, limit: timedelta) -> Pulled:
    try:
        async with road.database.direct() as connection:
            return await get_pulled(connection, message_id, patience=limit)
    except StorageUnavailable as error:
        log.debug("Waiting call looks again for its answer", reason=str(error))
        return _NOTHING_YET


async def _next_answer(events: Subscription, message_id: int, seconds: float) -> None:
    """Return when something happened that may have answered the message, or after `seconds`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for event in events:
                turn_id = event.data.get("turn_id")
                if event.kind == "answered" and isinstance(turn_id, int) and turn_id < message_id:
                    continue
                if event.kind != "message":
                    return


async def keep_for_later(road: Road, message_ids: list[int]) -> None:
    """Have the next call told what this one's caller did not wait for."""
    try:
        async with road.database.begin() as connection:
            await outbox.mark_unread(connection, message_ids)
    except StorageUnavailable as error:
        log.warning("Replies that nobody read not noted", replies=len(message_ids), reason=str(error))


@dataclass(slots=True)
class FetchLog:
    """Writes down what callers have read, many at a time: one commit serves all of a moment.

    What cannot be written now is tried again: a caller must not be told twice.
    """

    road: Road
    _ids: list[int] = field(default_factory=list)
    _told: OrderedDict[int, None] = field(default_factory=OrderedDict)
    _closing: bool = False
    _task: asyncio.Task[None] | None = None

    def add(self, fetched: list[int]) -> None:
        """Note messages that left with a response."""
        self._ids.extend(fetched)
        self._told.update(dict.fromkeys(fetched))
        while len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        if self._ids and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._flush())

    @property
    def told(self) -> Container[int]:
        """What left with a response and may not be written down yet."""
        return self._told

    def without_told(self, pulled: Pulled) -> Pulled:
        """Leave out what left with an earlier response and is only not written down yet."""
        if not pulled.earlier:
            return pulled
        return replace(pulled, earlier=tuple(each for each in pulled.earlier if each.id not in self._told))

    async def close(self) -> None:
        """Write what is left, if it can be written."""
        self._closing = True
        while self._task is not None and not self._task.done():
            await self._task

    async def _flush(self) -> None:
        while self._ids:
            await asyncio.sleep(_FLUSH)
            ids, self._ids = self._ids, []
            try:
                async with self.road.database.direct() as connection:
                    await outbox.set_outcome(connection, ids, DeliveryState.SENT)
            except StorageUnavailable as error:
                if self._closing:
                    # They stay `pending` in the books: shown as not fetched, which is the safe error.
                    log.warning("Fetched replies not written down", replies=len(ids), reason=str(error))
                    return
                self._ids = [*ids, *self._ids]
                await asyncio.sleep(_LOOK)
