"""An event loop of their own for `async` actions, so that one that blocks does not block the service.

They share one, as they do in Rasa's action server: connections that one of them keeps may serve another.
An action that holds the loop up is known by the time its steps take, and runs in threads from then on.
Who comes meanwhile does not wait: the loop is left to what runs in it, and there is a new one.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from contextlib import suppress
from time import perf_counter
from types import coroutine
from typing import TYPE_CHECKING, Any

import structlog

from bot.engines.native.action_threads import MOST_STUCK, Failed, refuse_stuck

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

    from bot.engines.native.action_answer import Answer

log = structlog.get_logger(__name__)

_LONG_STEP = 0.25  # seconds without an `await`; what is quicker harms nobody
_PATIENCE = 0.5  # seconds a loop has to answer after one of its actions took too long


class ActionLoop:
    """Runs coroutines of actions. `blocking` names those that must not run here again."""

    def __init__(self) -> None:
        self.blocking: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stuck: Counter[str] = Counter()

    async def run(self, action: str, work: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
        """Run a coroutine of an action. Raises what it raised, wrapped in `Failed`.

        Cancel it to give up. Raises `ActionError` where earlier runs of the action never ended.
        """
        if self._stuck[action] >= MOST_STUCK:
            raise refuse_stuck(action)
        loop = self._loop or self._start()
        watched = _Watched(self._stuck, action)
        running = asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(self._guard(action, work, watched), loop)
        )
        try:
            _, pending = await asyncio.wait([running], timeout=_LONG_STEP)
            if pending and watched.withdraw():
                self._leave(loop)  # another action holds it up: this one need not wait for it
                return await self.run(action, work)
            ended = await running
        except asyncio.CancelledError:
            running.cancel()
            watched.leave()
            self._look_after(loop)
            raise
        if isinstance(ended, BaseException):
            raise Failed(ended)
        return ended

    async def _guard(
        self, action: str, work: Callable[[], Coroutine[Any, Any, Answer]], watched: _Watched
    ) -> Answer | BaseException:
        """Do the work; an exit or an interrupt raised by an action must not end the loop."""
        if not watched.begin():
            return asyncio.CancelledError()  # it runs elsewhere
        task = asyncio.current_task()
        assert task is not None
        task.set_name(action)
        try:
            return await _timed(work(), lambda seconds: self._note(action, seconds))
        except asyncio.CancelledError as error:
            if task.cancelling():
                raise
            return error
        except BaseException as error:  # noqa: BLE001 - see above
            return error
        finally:
            with suppress(RuntimeError):  # the service's loop is closed: nobody counts any more
                watched.home.call_soon_threadsafe(watched.end)

    def _note(self, action: str, seconds: float) -> None:
        if seconds > _LONG_STEP and action not in self.blocking:
            self.blocking.add(action)
            log.warning(
                "Async action blocks: it runs in a thread from now on",
                action=action,
                seconds=round(seconds, 2),
            )

    def _start(self) -> asyncio.AbstractEventLoop:
        self._loop = loop = asyncio.new_event_loop()
        threading.Thread(target=_serve, args=(loop,), name="async actions", daemon=True).start()
        return loop

    def _look_after(self, loop: asyncio.AbstractEventLoop) -> None:
        """Leave a loop behind that does not answer within a moment."""
        answered = threading.Event()
        with suppress(RuntimeError):  # it is closed
            loop.call_soon_threadsafe(answered.set)
        asyncio.get_running_loop().call_later(_PATIENCE, self._leave_unless, answered, loop)

    def _leave_unless(self, answered: threading.Event, loop: asyncio.AbstractEventLoop) -> None:
        if not answered.is_set():
            self._leave(loop)

    def _leave(self, loop: asyncio.AbstractEventLoop) -> None:
        """Use a loop no more, and note who holds it up."""
        if self._loop is not loop:
            return
        self._loop = None
        culprit = asyncio.current_task(loop)
        if culprit is not None:
            self.blocking.add(culprit.get_name())
            log.error("Async action blocks", action=culprit.get_name())
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_wind_up, loop)


class _Watched:
    """A run that counts among the stuck ones from when nobody waits for it until it ends."""

    def __init__(self, stuck: Counter[str], action: str) -> None:
        self.home = asyncio.get_running_loop()
        self._stuck, self._action = stuck, action
        self._is_left = self._has_ended = False
        self._right = [True]  # to begin, or to withdraw: whoever takes it out, from whichever thread

    def begin(self) -> bool:
        """Tell whether it may be begun."""
        return self._take_right()

    def withdraw(self) -> bool:
        """Tell whether it was not begun, and now will not be."""
        return self._take_right()

    def _take_right(self) -> bool:
        try:
            return self._right.pop()
        except IndexError:
            return False

    def leave(self) -> None:
        """Wait no longer."""
        if not self._has_ended:
            self._is_left = True
            self._stuck[self._action] += 1

    def end(self) -> None:
        """It ended."""
        self._has_ended = True
        if self._is_left:
            self._stuck[self._action] -= 1


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.close()


def _wind_up(loop: asyncio.AbstractEventLoop) -> None:
    """End a loop that came back, once what runs in it has ended."""
    if asyncio.all_tasks(loop):
        loop.call_later(_PATIENCE, _wind_up, loop)
    else:
        loop.stop()


@coroutine
def _timed(work: Coroutine[Any, Any, Answer], note: Callable[[float], None]) -> Generator[Any, Any, Answer]:
    """Drive a coroutine as `await` does, and tell how long each of its steps took."""
    step, value = work.send, None
    while True:
        began = perf_counter()
        try:
            wish = step(value)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # a generator's value has no type here
        finally:
            note(perf_counter() - began)
        try:
            value = yield wish
            step = work.send
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's, cancellation too
            step, value = work.throw, error
