"""A line to an IMAP server, in a thread of its own: the library blocks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import TypeVar

from imap_tools.mailbox import BaseMailBox

from connectors.email.mailbox import TROUBLE, open_mailbox
from connectors.email.options import Server

Result = TypeVar("Result")


class Line:
    """One connection. Only one piece of work at a time; a cancelled one breaks the connection."""

    def __init__(self, server: Server, patience: timedelta) -> None:
        self._server, self._patience = server, patience
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="imap")
        self._stack = ExitStack()
        self._box: BaseMailBox | None = None

    async def open(self) -> None:
        """Connect and log in. Raises `LoginRefused` or one of `TROUBLE`."""
        await self._run(self._open)

    async def run(self, work: Callable[[BaseMailBox], Result]) -> Result:
        """Do something with the mailbox, in the thread."""
        return await self._run(lambda: work(self._get()))

    async def close(self) -> None:
        """Log out where that still can be done; harmless when nothing is open."""
        try:
            if self._box is not None:
                await self._run(self._close)
        finally:
            self._thread.submit(self._close)  # a connection that was given up may still come about
            self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], Result]) -> Result:
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self._break()
            future.add_done_callback(_look_at)
            raise

    def _get(self) -> BaseMailBox:
        assert self._box is not None
        return self._box

    def _open(self) -> None:
        self._box = self._stack.enter_context(open_mailbox(self._server, self._patience))

    def _close(self) -> None:
        with suppress(*TROUBLE):
            self._stack.close()
        self._box = None

    def _break(self) -> None:
        """Wake the thread: whatever it waits for fails."""
        if self._box is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._box.client.sock, socket.SHUT_RDWR)


def _look_at(future: asyncio.Future[Result]) -> None:
    """Take note of a failure that nobody waits for any more."""
    if not future.cancelled():
        future.exception()


@asynccontextmanager
async def open_line(server: Server, patience: timedelta) -> AsyncIterator[Line]:
    """Open a line and close it at the end. Raises `LoginRefused` or one of `TROUBLE`."""
    line = Line(server, patience)
    try:
        await line.open()
        yield line
    finally:
        await line.close()
