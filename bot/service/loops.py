"""The loops behind the roles: worker (answers), courier (delivers), clock (sweeps, timers).

Each runs until cancelled and survives losses of PostgreSQL and Redis: nothing is lost by waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from bot.bus.keys import Stream
from bot.errors import LeaseLost, StorageUnavailable
from bot.service.answer import Answered, answer, answer_claimed
from bot.service.deliver import deliver
from bot.service.outages import OutageLog
from bot.service.run_timers import run_timers
from bot.service.sweep import sweep

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.engines.engine import Engine
    from bot.service.deliver import Connectors
    from bot.service.road import Road
    from bot.storage.turns import Right

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

_PAUSE = 0.5  # seconds after a failure of the machine, not of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Works on hints of one stream, up to `slots` conversations at a time."""

    road: Road
    stream: Stream
    consumer: str
    slots: int
    work: Callable[[int], Awaitable[object]]
    running: set[asyncio.Task[Any]] = field(default_factory=set)
    outages: OutageLog = field(default_factory=OutageLog)

    async def run(self) -> None:
        """Take hints for ever."""
        while True:
            await self._take()
            _heed_cancellation()

    async def _take(self) -> None:
        while len(self.running) >= self.slots:
            await asyncio.wait(self.running, return_when=asyncio.FIRST_COMPLETED)
        free = self.slots - len(self.running)
        for conversation_id in await self.road.bus.work.take(self.stream, self.consumer, most=free):
            # It is kept in `running`.
            self.start(conversation_id, self.work(conversation_id))  # type: ignore[unused-awaitable]

    def has_room(self) -> bool:
        """Tell whether a hand is free."""
        return len(self.running) < self.slots

    def start(self, conversation_id: int, work: Awaitable[Result]) -> asyncio.Task[Result | None]:
        """Work on a conversation beside what runs already. The task never raises: None, where it failed."""
        task = asyncio.create_task(self._guard(conversation_id, work))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return task

    async def _guard(self, conversation_id: int, work: Awaitable[Result]) -> Result | None:
        stream = self.stream.value
        where = {"stream": stream, "conversation_id": conversation_id}
        try:
            done = await work
        except LeaseLost as error:
            log.info("Work dropped", why=str(error), **where)
        except StorageUnavailable as error:
            self.outages.failed(stream, str(error), log.warning, "Work waits", why=str(error), **where)
            await asyncio.sleep(_PAUSE)
        except Exception:  # one conversation's trouble must not stop the others
            log.exception("Work failed", **where)
        else:
            if self.outages.under_way:
                self.outages.worked(stream, log.info, "Work goes on", stream=stream)
            return done
        return None

    async def finish(self) -> None:
        """End what was begun; nothing is taken any more."""
        if self.running:
            await asyncio.wait(set(self.running), timeout=self.road.patience.total_seconds())
        await self.road.bus.work.leave(self.stream, self.consumer)


@dataclass(frozen=True, slots=True)
class _Worker:
    """Answers what the bus hints at, and at once what this process receives itself."""

    crew: Crew
    engine: Engine

    def has_room(self) -> bool:
        return self.crew.has_room()

    def begin(self, right: Right) -> asyncio.Task[Answered | None]:
        return self.crew.start(
            right.lease.conversation_id, answer_claimed(self.crew.road, self.engine, right)
        )


async def run_worker(road: Road, engine: Engine, *, consumer: str, slots: int) -> None:
    """Answer conversations until cancelled; then finish what was begun."""

    async def work(conversation_id: int) -> None:
        await answer(road, engine, conversation_id)

    crew = Crew(road=road, stream=Stream.ANSWER, consumer=consumer, slots=slots, work=work)
    road.here.crew = _Worker(crew, engine)
    try:
        await crew.run()
    finally:
        road.here.crew = None
        await crew.finish()


async def run_courier(road: Road, connectors: Connectors, *, consumer: str, slots: int) -> None:
    """Deliver replies until cancelled; then finish the sends that were begun."""
    stopping = asyncio.Event()

    async def work(conversation_id: int) -> None:
        await deliver(road, connectors, conversation_id, stopping=stopping)

    crew = Crew(road=road, stream=Stream.DELIVER, consumer=consumer, slots=slots, work=work)
    try:
        await crew.run()
    finally:
        stopping.set()
        await crew.finish()


async def run_clock(road: Road, *, every: timedelta) -> None:
    """Sweep and run timers until cancelled."""
    outages = OutageLog()
    while True:
        try:
            await sweep(road, grace=every)
            await run_timers(road)
            outages.worked("clock", log.info, "Clock goes on")
        except StorageUnavailable as error:
            outages.failed("clock", str(error), log.warning, "Clock waits", why=str(error))
        except Exception:  # the clock is what repairs everything else: it goes on
            log.exception("Clock failed")
        _heed_cancellation()
        await asyncio.sleep(every.total_seconds())


def _heed_cancellation() -> None:
    """Raise a cancellation that a library swallowed, as `wait_for` of Python 3.11 may: else loops go on."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
