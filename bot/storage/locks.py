"""What one process does at a time, over all machines: locks that live as long as a connection."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.types import Text

from bot.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.storage.database import Database
    from bot.storage.direct import Direct

_LOOK_SECONDS = 2.0

_TAKE = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0)) AS taken").bindparams(
    bindparam("name", type_=Text)
)
_LOOK = text("SELECT 1")


class SessionLock:
    """A lock that PostgreSQL takes back when the connection of its holder ends, however it ends."""

    def __init__(self, connection: Direct, name: str) -> None:
        self._connection, self._name = connection, name

    async def try_take(self) -> bool:
        """Take it unless another process has it; returns whether it is ours. Take it once."""
        row = (await self._connection.execute(_TAKE, {"name": self._name})).one()
        return bool(row.taken)

    async def watch(self) -> None:
        """Look after the connection for ever: an error of it says that the lock is lost."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self._connection.execute(_LOOK, {})


@asynccontextmanager
async def open_lock(database: Database, name: str) -> AsyncIterator[SessionLock]:
    """Open the connection of a lock, which is free again when it is closed.

    Raises `StorageUnavailable` when the connection cannot be opened, or breaks.
    """
    async with database.alone() as connection:
        yield SessionLock(connection, name)


async def keep_while(lock: SessionLock, work: asyncio.Task[None]) -> None:
    """Return when `work` has ended, whatever became of it; cancel it when the lock is lost.

    Raises `StorageUnavailable` when it was lost.
    """
    watching = asyncio.create_task(lock.watch())
    try:
        await asyncio.wait({watching, work}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        both = {watching, work}
        lost = watching.done()
        for task in both:
            task.cancel()
        await asyncio.wait(both)
    if lost:
        if not work.cancelled():
            work.exception()  # taken note of: what ended with the lock is no news
        raise StorageUnavailable("the connection that holds a lock broke") from watching.exception()
