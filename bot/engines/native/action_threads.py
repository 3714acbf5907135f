"""Threads for actions that block. One that never ends keeps its own thread, and nobody else's.

A thread cannot be ended from outside. Whoever gives up waiting leaves it behind: its place among those
that run at once is free again, and an action that left several behind is not begun any more until one
of them ends. The threads are daemons, so a process with one of them stops like any other.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from bot.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.engines.native.action_answer import Answer

MOST_STUCK = 4  # runs of one action that nobody waits for any more


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[], Answer]
    tell: Callable[[Answer | None, BaseException | None], None]

    def do(self) -> None:
        """Work and tell how it ended; whatever an action raises ends here."""
        try:
            answer = self.work()
        except BaseException as error:  # noqa: BLE001 - also SystemExit: an action ends no process
            self.tell(None, error)
        else:
            self.tell(answer, None)


class ActionThreads:
    """Runs blocking work, up to `at_once` pieces beside each other. For one event loop."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._stuck: Counter[str] = Counter()

    async def run(self, action: str, work: Callable[[], Answer]) -> Answer:
        """Run the work of an action in a thread. Raises what it raised, wrapped in `Failed`.

        Cancel it to give up waiting. Raises `ActionError` where earlier runs of the action never ended.
        """
        if self._stuck[action] >= MOST_STUCK:
            raise refuse_stuck(action)
        async with self._places:
            loop = asyncio.get_running_loop()
            ended: asyncio.Future[tuple[Answer | None, BaseException | None]] = loop.create_future()

            def settle(answer: Answer | None, error: BaseException | None) -> None:
                if ended.cancelled():
                    self._stuck[action] -= 1
                else:
                    ended.set_result((answer, error))

            def tell(answer: Answer | None, error: BaseException | None) -> None:
                with suppress(RuntimeError):  # the loop is closed: nobody waits for anything
                    loop.call_soon_threadsafe(settle, answer, error)

            self._begin(_Job(work, tell))
            try:
                answer, error = await ended
            except asyncio.CancelledError:
                self._stuck[action] += 1
                raise
        if error is not None:
            raise Failed(error)
        assert answer is not None
        return answer

    def _begin(self, job: _Job) -> None:
        self._jobs.put(job)
        if not self._idle.acquire(blocking=False):
            threading.Thread(target=self._serve, name="action", daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._jobs.get().do()
            self._idle.release()


def refuse_stuck(action: str) -> ActionError:
    """Say that an action is not begun."""
    return ActionError(f"action {action} is not begun: {MOST_STUCK} earlier runs of it have not ended")


class Failed(Exception):  # never leaves this package: what an action raised, of any kind
    """Carries what an action raised across threads, where a bare `StopIteration` or exit could not go."""

    def __init__(self, error: BaseException) -> None:
        """Hold what was raised."""
        super().__init__(repr(error))
        self.error = error
