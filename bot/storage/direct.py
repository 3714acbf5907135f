"""The driver itself, for the few statements that every message goes through.

Measured in this tree: a statement through SQLAlchemy's pool and result costs 0.25 ms of this
process, straight through asyncpg 0.03 ms. The statements stay SQLAlchemy's `text()`, with its types;
they are compiled once and sent as they are. `Direct` answers to `execute` as a connection of
SQLAlchemy does, so that a query need not know which of both it was given.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from bot.storage.json_text import dump_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from sqlalchemy import TextClause
    from sqlalchemy.sql.selectable import TextualSelect

    from bot.storage.address import Connect


_DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its constructor untyped


class DirectRow:
    """A row whose columns are its attributes."""

    __slots__ = ("_record",)

    def __init__(self, record: asyncpg.Record) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        """Return a column."""
        return self._record[name]


class DirectRows:
    """What a statement returned, read as a result of SQLAlchemy is."""

    __slots__ = ("_records",)

    def __init__(self, records: Sequence[asyncpg.Record]) -> None:
        self._records = records

    def all(self) -> list[DirectRow]:
        """Return every row."""
        return [DirectRow(record) for record in self._records]

    def one(self) -> DirectRow:
        """Return the only row."""
        return DirectRow(self._records[0])

    def one_or_none(self) -> DirectRow | None:
        """Return the only row, or None."""
        return DirectRow(self._records[0]) if self._records else None

    def scalar_one_or_none(self) -> Any:
        """Return the first column of the only row, or None."""
        return self._records[0][0] if self._records else None

    def scalar_one(self) -> Any:
        """Return the first column of the only row."""
        return self._records[0][0]


class Direct:
    """A connection of the driver. Takes `text()` statements only."""

    __slots__ = ("_connection",)

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def execute(self, statement: TextClause | TextualSelect, values: Mapping[str, Any]) -> DirectRows:
        """Run one statement with its values. A connection whose server does not answer in time is dropped."""
        sql, names = _compile(statement)
        try:
            return DirectRows(await self._connection.fetch(sql, *[values[name] for name in names]))
        except TimeoutError:
            self._connection.terminate()  # a roll-back would only wait once more
            raise


@cache
def _compile(statement: TextClause | TextualSelect) -> tuple[str, tuple[str, ...]]:
    """Return the statement as the driver takes it, and the names of its values in order."""
    compiled = statement.compile(dialect=_DIALECT)
    return str(compiled), tuple(compiled.positiontup or ())


_CLOSING_SECONDS = 2.0  # to say good-bye; then the connection is cut
_PATIENCE = 30.0  # seconds to wait for a connection, as SQLAlchemy's pool does


class DirectPool:
    """Connections of the driver, opened when they are first needed."""

    def __init__(self, connect: Connect, *, size: int) -> None:
        self._connect, self._size = connect, size
        self._pool: asyncpg.Pool | None = None

    @asynccontextmanager
    async def connect(self, *, transaction: bool = False) -> AsyncIterator[Direct]:
        """Lend a connection: each statement commits by itself, or all of them together at the end."""
        if self._pool is None:
            self._pool = asyncpg.create_pool(
                connect=self._connect,
                min_size=0,
                max_size=self._size,
                init=_prepare,
                reset=_leave,
            )
        pool = await self._pool  # opens it the first time
        async with pool.acquire(timeout=_PATIENCE) as connection:
            if not transaction:
                yield Direct(connection)
                return
            try:
                async with connection.transaction():
                    yield Direct(connection)
            except TimeoutError:  # of the commit: the statements look after themselves
                connection.terminate()
                raise

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Direct]:
        """Lend a connection outside the pool, and close it afterwards."""
        connection = await self._connect()
        try:
            yield Direct(connection)
        finally:
            await connection.close(timeout=_CLOSING_SECONDS)

    async def close(self, *, patience: float) -> None:
        """Close every connection, by force after `patience` seconds."""
        if self._pool is None:
            return
        try:
            async with asyncio.timeout(patience):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=dump_json, decoder=orjson.loads, format="text"
    )


async def _leave(connection: asyncpg.Connection) -> None:
    """Do nothing: our statements change no setting of the session, a reset would be a round trip."""
