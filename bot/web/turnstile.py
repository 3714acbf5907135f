"""A turnstile for webhooks: however many come at one moment, what runs already goes on in between."""

from __future__ import annotations

import asyncio
from collections import deque


class Turnstile:
    """Lets one request through in a round of the event loop, who came first first.

    Thirty requests that are ready at once would else be handled in one round, and a message on its way to
    an answer needs some twenty rounds. Nobody waits where nothing else is to be done: rounds are short then.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._taken = False

    async def go_through(self) -> None:
        """Wait for a turn."""
        loop = asyncio.get_running_loop()
        if self._taken:
            turn: asyncio.Future[None] = loop.create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():  # it came at the same moment
                    self._let_next()
                raise
        self._taken = True
        loop.call_soon(self._let_next)

    def _let_next(self) -> None:
        """Give the turn to whoever still waits for it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False
