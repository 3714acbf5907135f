"""The connection pool, and what its errors are called here."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import orjson
from asyncpg import InterfaceError as DriverError
from asyncpg import InternalClientError, InvalidCachedStatementError, PostgresError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from bot.errors import StorageUnavailable
from bot.storage.address import PATIENCE, Connect, read_address
from bot.storage.connection import AsyncConnection, AsyncEngine
from bot.storage.direct import Direct, DirectPool
from bot.storage.gathering import Gathering, Item, Result
from bot.storage.json_text import dump_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence

    Work = Callable[[Direct, Sequence[Item]], Awaitable[Sequence[Result | None]]]

POOL_SIZE = 8  # of each of the two pools: more connections than that only wait for the same disk
_MOST_IDLE = 2  # of SQLAlchemy's: the server keeps 3 MB for each, and what needs more comes and goes

Connection = AsyncConnection  # what queries take; services name it without knowing SQLAlchemy
AnyConnection = AsyncConnection | Direct  # what the statements take that every message goes through

_CLOSING_SECONDS = 3.0  # a server that hangs must not hold up the end of the process


class Database:
    """PostgreSQL. Open one per process with `open_database`."""

    def __init__(self, engine: AsyncEngine, direct: DirectPool, *, unlimited: Connect) -> None:
        self._engine = engine
        self._direct = direct
        self._unlimited = unlimited
        self._gatherings: dict[object, Gathering[Any, Any]] = {}

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Run one transaction: commits on leaving, rolls back on an error.

        Raises `StorageUnavailable` when the server is away; nothing was committed then, unless the
        connection broke during the commit itself: callers must be safe to repeat.
        """
        with _translated():
            async with (
                self._engine.connect() as connection,
                _dropped_when_late(connection),  # by the commit
                connection.begin(),
                _dropped_when_late(connection),  # by a statement: a roll-back would only wait once more
            ):
                yield connection

    @asynccontextmanager
    async def begin_unlimited(self) -> AsyncIterator[AsyncConnection]:
        """Run one transaction that may take as long as it needs, on a connection of its own."""
        engine = _make_engine(self._unlimited, poolclass=NullPool)
        with _translated():
            async with engine.connect() as connection, connection.begin():
                yield connection

    @asynccontextmanager
    async def direct(self, *, transaction: bool = False) -> AsyncIterator[Direct]:
        """Lend a connection of the driver, for statements that every message goes through.

        Each statement commits by itself, without round trips for BEGIN and COMMIT, unless a
        `transaction` holds them together. The errors are those of `begin`.
        """
        with _translated():
            async with self._direct.connect(transaction=transaction) as connection:
                yield connection

    async def together(self, work: Work[Item, Result], item: Item, *, key: Hashable) -> Result | None:
        """Do `work` for an item in one statement with those that others bring at this moment.

        `work` must be one statement: all of it is committed, or nothing. Returns what it made of the item;
        None where it left it undone, and the caller must do it alone. Of one `key` one item at a time.
        Raises `StorageUnavailable` where nobody knows whether it was done.
        """
        gathering = self._gatherings.get(work)
        if gathering is None:

            async def do(items: Sequence[Item]) -> Sequence[Result | None]:
                async with self.direct() as connection:
                    return await work(connection, items)

            gathering = self._gatherings[work] = Gathering(do)
        found: Result | None = await gathering.ask(item, key=key)
        return found

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Direct]:
        """Lend a connection that is nobody else's for as long as it is kept: a session's lock needs one.

        Each statement commits by itself. The errors are those of `begin`.
        """
        with _translated():
            async with self._direct.alone() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Read without a transaction: each statement sees its own moment."""
        with _translated():
            async with self._engine.connect(autocommit=True) as connection, _dropped_when_late(connection):
                yield connection

    async def ping(self) -> None:
        """Raise `StorageUnavailable` unless the server answers a query."""
        async with self.read() as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def close(self) -> None:
        """Close every connection, by force where the server hangs."""
        await asyncio.gather(self._direct.close(patience=_CLOSING_SECONDS), self._dispose())

    async def _dispose(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._engine.dispose()


@asynccontextmanager
async def _dropped_when_late(connection: AsyncConnection) -> AsyncIterator[None]:
    """Drop a connection whose server did not answer in time, instead of lending it to the next."""
    try:
        yield
    except TimeoutError:
        await connection.invalidate()
        raise


# The driver's own: `InternalClientError` when the server said good-bye to a connection nobody used.
_OF_THE_DRIVER = (PostgresError, DriverError, InternalClientError)


@contextmanager
def _translated() -> Iterator[None]:
    """Map errors of the server's state to `StorageUnavailable`; leave those of our queries alone."""
    try:
        yield
    except (DBAPIError, PoolTimeout, *_OF_THE_DRIVER, OSError) as error:
        cause = _find_cause(error)
        reason = _explain(cause)
        if reason is None:
            raise
        raise StorageUnavailable(reason) from cause


def _find_cause(error: Exception) -> BaseException:
    """Return what the driver said, without SQLAlchemy's wrappings and words around it."""
    said = error.orig if isinstance(error, DBAPIError) else None
    return error if said is None else said.__cause__ or said


# By class or code of SQLSTATE (PostgreSQL's documentation, appendix A).
_REASONS = {
    "08": "PostgreSQL does not answer",
    "25006": "PostgreSQL takes no writes now",  # a standby: the address leads to the wrong server
    "25P03": "PostgreSQL ended a transaction in which nothing happened",
    "25P04": "PostgreSQL ended a transaction that took too long",
    "28": "PostgreSQL does not accept this user and password",
    "3D": "PostgreSQL has no database of this name",
    "40": "PostgreSQL gave this up for another transaction",
    "42501": "PostgreSQL does not allow this to its user",
    "53100": "PostgreSQL's disk is full",
    "53": "PostgreSQL is out of memory or connections",
    "55P03": "PostgreSQL waited too long for what another transaction holds",
    "57014": "PostgreSQL gave this up: it took too long, or somebody cancelled it",
    "57": "PostgreSQL does not answer",  # it stops, starts, or threw us out
    "58": "PostgreSQL cannot use its disk",
}


def _explain(cause: BaseException) -> str | None:
    """Say what is wrong with the server; None when nothing is, and the query was."""
    if isinstance(cause, PoolTimeout):
        return "PostgreSQL is too slow for what is asked of it"
    if isinstance(cause, InvalidCachedStatementError):  # the next attempt prepares it anew
        return "PostgreSQL's tables were changed just now"
    state = getattr(cause, "sqlstate", None) or ""
    for length in (5, 2):
        if state[:length] in _REASONS:
            return _REASONS[state[:length]]
    if isinstance(cause, OSError):
        return "PostgreSQL does not answer"
    if isinstance(cause, ValueError):  # the driver's word for a value that does not fit its column
        return None
    return "PostgreSQL does not answer" if isinstance(cause, DriverError | InternalClientError) else None


def open_database(url: str, *, pool_size: int = POOL_SIZE, patience: float = PATIENCE) -> Database:
    """Make the pools for a DSN such as `postgresql://user:password@host/name`. Connects lazily.

    A statement may take `patience` seconds. Raises `SettingsError` for something that is no such address;
    what is wrong inside it shows with the first connection, as `SettingsError` too.
    """
    connect = read_address(url, patience=patience)
    kept = min(_MOST_IDLE, pool_size)
    engine = _make_engine(
        connect, pool_size=kept, max_overflow=pool_size - kept, pool_recycle=1800, pool_use_lifo=True
    )
    return Database(
        engine,
        DirectPool(connect, size=pool_size),
        unlimited=read_address(url, patience=None),
    )


def _make_engine(connect: Connect, **pool: Any) -> AsyncEngine:
    return AsyncEngine(connect, json_serializer=dump_json, json_deserializer=orjson.loads, **pool)
