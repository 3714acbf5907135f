"""SQLAlchemy's connections for an event loop, without its ORM.

Its own, `sqlalchemy.ext.asyncio`, bring sessions and with them the ORM, which nobody uses here: 0.3 s of each
start and 5 MB. Like these, ours are thin: SQLAlchemy's connection does the work, and whenever it has to wait
for the driver, `greenlet_spawn` lets the event loop go on.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.util import greenlet_spawn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence

    from sqlalchemy import Connection, CursorResult, Engine, Executable

    from bot.storage.address import Connect

Result = TypeVar("Result")


class AsyncConnection:
    """A connection to PostgreSQL. Results are whole: nothing is fetched while they are read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run a statement."""
        return await greenlet_spawn(self._connection.execute, statement, values)

    async def exec_driver_sql(self, sql: str) -> CursorResult[Any]:
        """Run SQL as it stands."""
        return await greenlet_spawn(self._connection.exec_driver_sql, sql)

    async def run_sync(self, work: Callable[[Connection], Result]) -> Result:
        """Let a function have SQLAlchemy's own connection, whose calls wait without `await`."""
        return await greenlet_spawn(work, self._connection)

    async def invalidate(self) -> None:
        """Have the connection dropped instead of lent to the next."""
        await greenlet_spawn(self._connection.invalidate)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        """Run one transaction: commits on leaving, rolls back on an error."""
        transaction = await greenlet_spawn(self._connection.begin)
        try:
            yield
        except BaseException:
            await greenlet_spawn(transaction.rollback)
            raise
        await greenlet_spawn(transaction.commit)


class AsyncEngine:
    """A pool of connections to PostgreSQL, made by `connect`; `options` are those of `create_engine`."""

    def __init__(self, connect: Connect, **options: Any) -> None:
        def create() -> Any:
            return self.sync_engine.dialect.loaded_dbapi.connect(async_creator_fn=connect)

        self.sync_engine = create_engine("postgresql+asyncpg://", creator=create, **options)
        self._autocommit = self.sync_engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def connect(self, *, autocommit: bool = False) -> AsyncIterator[AsyncConnection]:
        """Lend a connection; with `autocommit` each statement commits by itself."""
        engine: Engine = self._autocommit if autocommit else self.sync_engine
        connection = await greenlet_spawn(engine.connect)
        try:
            yield AsyncConnection(connection)
        finally:
            await _finish(greenlet_spawn(connection.close))

    async def dispose(self) -> None:
        """Close the connections that are not lent."""
        await greenlet_spawn(self.sync_engine.dispose)


async def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Do something to its end, also for somebody who is cancelled meanwhile and hears of it afterwards."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
