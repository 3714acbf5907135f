"""The connection pool, and what its errors are called here."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import orjson
from asyncpg import InterfaceError as DriverError
from asyncpg import InternalClientError, PostgresError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import SettingsError, StorageUnavailable
from bot.storage.direct import Direct, DirectPool
from bot.storage.json_text import dump_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

POOL_SIZE = 8  # of each of the two pools: more connections than that only wait for the same disk

Connection = AsyncConnection  # what queries take; services name it without knowing SQLAlchemy
AnyConnection = AsyncConnection | Direct  # what the statements take that every message goes through

_SESSION = {
    "application_name": "visavis",
    "jit": "off",
    # Our statements are few and their plans do not depend on the values: plan them once.
    "plan_cache_mode": "force_generic_plan",
}


class Database:
    """PostgreSQL. Open one per process with `open_database`."""

    def __init__(self, engine: AsyncEngine, direct: DirectPool) -> None:
        self._engine = engine
        self._direct = direct
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Run one transaction: commits on leaving, rolls back on an error.

        Raises `StorageUnavailable` when the server is away; nothing was committed then, unless the
        connection broke during the commit itself: callers must be safe to repeat.
        """
        with _translated():
            async with self._engine.begin() as connection:
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

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Read without a transaction: each statement sees its own moment."""
        with _translated():
            async with self._autocommit.connect() as connection:
                yield connection

    async def ping(self) -> None:
        """Raise `StorageUnavailable` unless the server answers a query."""
        async with self.read() as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def close(self) -> None:
        """Close every connection."""
        await self._direct.close()
        await self._engine.dispose()


# The driver's own: `InternalClientError` when the server said good-bye to a connection nobody used.
_OF_THE_DRIVER = (PostgresError, DriverError, InternalClientError)


@contextmanager
def _translated() -> Iterator[None]:
    """Map errors of the server's state to `StorageUnavailable`; leave those of our queries alone."""
    try:
        yield
    except (DBAPIError, PoolTimeout, *_OF_THE_DRIVER, OSError) as error:
        reason = _explain(error)
        if reason is None:
            raise
        raise StorageUnavailable(f"{reason}: nothing new can be taken in") from error


# By class or code of SQLSTATE (PostgreSQL's documentation, appendix A).
_REASONS = {
    "08": "PostgreSQL does not answer",
    "25006": "PostgreSQL takes no writes now",  # a standby: the address leads to the wrong server
    "40": "PostgreSQL gave this up for another transaction",
    "53100": "PostgreSQL's disk is full",
    "53": "PostgreSQL is out of memory or connections",
    "57P": "PostgreSQL does not answer",  # it stops, starts, or threw us out
    "58": "PostgreSQL cannot use its disk",
}


def _explain(error: Exception) -> str | None:
    """Say what is wrong with the server; None when nothing is, and the query was."""
    if isinstance(error, PoolTimeout):
        return "PostgreSQL is too slow for what is asked of it"
    state = getattr(getattr(error, "orig", None) or error, "sqlstate", None) or ""
    for length in (5, 3, 2):
        if state[:length] in _REASONS:
            return _REASONS[state[:length]]
    if isinstance(error, ValueError):  # the driver's word for a value that does not fit its column
        return None
    if isinstance(error, OSError | OperationalError | InterfaceError | DriverError | InternalClientError):
        return "PostgreSQL does not answer"
    return "PostgreSQL does not answer" if getattr(error, "connection_invalidated", False) else None


def open_database(url: str, *, pool_size: int = POOL_SIZE) -> Database:
    """Make the pool for a plain DSN such as `postgresql://user:password@host/name`. Connects lazily."""
    try:
        parsed = make_url(url).set(drivername="postgresql+asyncpg")
    except Exception as error:
        raise SettingsError(
            "DATABASE_URL is not a database address: postgresql://user:password@host/name"
        ) from error
    engine = create_async_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_recycle=1800,
        json_serializer=dump_json,
        json_deserializer=orjson.loads,
        connect_args={"timeout": 10, "server_settings": _SESSION},
    )
    dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return Database(engine, DirectPool(dsn, size=pool_size, server_settings=_SESSION))
