"""How many connections may be lent at once: few, and more as long as few are not enough."""

from __future__ import annotations

import asyncio
from collections import deque

WARM = 2
"""So many are lent without a thought: a statement rather waits for one of them than opens another."""
_WORTH_ANOTHER = 0.03  # seconds of waiting that are: locks, or a distant server, hold the others up
_PATIENCE = 30.0  # seconds to wait for a turn, as SQLAlchemy's pool does


class Allowance:
    """Turns to borrow a connection, `most` at once. Who waits longest is next.

    One timer looks after all who wait: one for each of them would cost more than the wait.
    """

    def __init__(self, most: int) -> None:
        self._most, self._least = most, min(WARM, most)
        self._wanted = self._given = self._free = self._least
        self._waiting: deque[tuple[asyncio.Future[None], float]] = deque()
        self._looking: asyncio.TimerHandle | None = None

    async def take(self) -> None:
        """Wait for a turn. Raises `TimeoutError` when even `most` are not enough for a while."""
        if self._free:
            self._free -= 1
            return
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append((turn, loop.time()))
        if self._looking is None:
            self._looking = loop.call_later(_WORTH_ANOTHER, self._look)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.exception() is None:
                self._pass_on()  # it came at the same moment
            raise

    def give_back(self) -> None:
        """End a turn."""
        if self._given > self._wanted:
            self._given -= 1
        else:
            self._pass_on()

    def shrink(self, used: int) -> None:
        """Allow no more at once than have been `used` of late, or than the few there always are."""
        self._wanted = min(self._wanted, max(self._least, used))

    def _pass_on(self) -> None:
        self._drop_gone()
        if self._waiting:
            self._waiting.popleft()[0].set_result(None)
        else:
            self._free += 1

    def _drop_gone(self) -> None:
        while self._waiting and self._waiting[0][0].done():
            self._waiting.popleft()

    def _look(self) -> None:
        """Allow one more where somebody has waited long; send away who has waited too long."""
        self._looking = None
        loop = asyncio.get_running_loop()
        self._drop_gone()
        while self._waiting and loop.time() - self._waiting[0][1] >= _PATIENCE:
            self._waiting.popleft()[0].set_exception(TimeoutError())
            self._drop_gone()
        if not self._waiting:
            return
        if loop.time() - self._waiting[0][1] >= _WORTH_ANOTHER:
            self._grow()
        self._looking = loop.call_later(_WORTH_ANOTHER, self._look)

    def _grow(self) -> None:
        if self._wanted >= self._most:
            return
        self._wanted += 1
        if self._given < self._wanted:
            self._given += 1
            self._pass_on()
