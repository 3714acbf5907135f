"""The driver itself, for the few statements that every message goes through.

Measured in this tree: a statement through SQLAlchemy's pool and result costs 0.25 ms of this
process, straight through asyncpg 0.03 ms. The statements stay SQLAlchemy's `text()`, with its types;
they are compiled once and sent as they are. `Direct` answers to `execute` as a connection of
SQLAlchemy does, so that a query need not know which of both it was given.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from bot.storage.allowance import Allowance
from bot.storage.json_text import dump_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sqlalchemy import TextClause
    from sqlalchemy.sql.selectable import TextualSelect

    from bot.storage.address import Connect

_CLOSING_SECONDS = 2.0  # to say good-bye; then the connection is cut
_UNUSED_SECONDS = 5.0  # after which one is given up, unless it was the last used: each takes 7 MB there
_DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its constructor untyped
# These statements find rows by keys. Planned while a table is small, or for a list of unknown length, they
# would be told to read all of it, and go on doing so when it has grown.
_BY_KEYS = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"


class DirectRow(asyncpg.Record):  # type: ignore[misc]  # asyncpg leaves it untyped
    """A row whose columns are its attributes."""

    __getattr__ = asyncpg.Record.__getitem__  # no function of ours around it: each column of each row is read


class DirectRows:
    """What a statement returned, read as a result of SQLAlchemy is."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[DirectRow]) -> None:
        self._rows = rows

    def all(self) -> list[DirectRow]:
        """Return every row."""
        return self._rows

    def one(self) -> DirectRow:
        """Return the only row."""
        return self._rows[0]

    def one_or_none(self) -> DirectRow | None:
        """Return the only row, or None."""
        return self._rows[0] if self._rows else None

    def scalar_one_or_none(self) -> Any:
        """Return the first column of the only row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """Return the first column of the only row."""
        return self._rows[0][0]


class Direct:
    """A connection of the driver. Takes `text()` statements only."""

    __slots__ = ("_connection",)

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def execute(self, statement: TextClause | TextualSelect, values: Mapping[str, Any]) -> DirectRows:
        """Run one statement with its values. A connection whose server does not answer in time is dropped."""
        sql, names = _compile(statement)
        wanted = [values[name] for name in names]
        try:
            return DirectRows(await self._connection.fetch(sql, *wanted, record_class=DirectRow))
        except TimeoutError:
            self._connection.terminate()  # a roll-back would only wait once more
            raise


@cache
def _compile(statement: TextClause | TextualSelect) -> tuple[str, tuple[str, ...]]:
    """Return the statement as the driver takes it, and the names of its values in order."""
    compiled = statement.compile(dialect=_DIALECT)
    return str(compiled), tuple(compiled.positiontup or ())


class DirectPool:
    """Connections of the driver, opened when they are first needed; the one used last is lent first.

    The driver's own pool makes two tasks and a timer of each loan, which cost more than the statement.
    """

    def __init__(self, connect: Connect, *, size: int) -> None:
        self._connect = connect
        self._turns = Allowance(size)
        self._idle: deque[tuple[asyncpg.Connection, float]] = deque()
        self._lent: set[asyncpg.Connection] = set()
        self._returned = asyncio.Event()
        self._closing = False
        self._giving_up: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def connect(self, *, transaction: bool = False) -> AsyncIterator[Direct]:
        """Lend a connection: each statement commits by itself, or all of them together at the end.

        One whose statement, or commit, was cut off is dropped: nobody knows what it is at.
        """
        await self._turns.take()
        try:
            connection = await self._take()
            self._lent.add(connection)
            try:
                if not transaction:
                    yield Direct(connection)
                else:
                    async with connection.transaction():
                        yield Direct(connection)
            except (TimeoutError, asyncio.CancelledError):
                connection.terminate()
                raise
            finally:
                self._put_back(connection)
        finally:
            self._turns.give_back()

    async def _take(self) -> asyncpg.Connection:
        if self._closing:
            raise asyncpg.InterfaceError("the connections are being closed")
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                return connection
        connection = await self._connect()
        try:
            await _prepare(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    def _put_back(self, connection: asyncpg.Connection) -> None:
        self._lent.discard(connection)
        if self._closing:
            self._returned.set()
        now = asyncio.get_running_loop().time()
        if not connection.is_closed():
            self._idle.append((connection, now))
        if len(self._idle) > 1 and self._giving_up is None:
            self._give_up_unused()

    def _give_up_unused(self) -> None:
        """Cut what nobody has used for a while, now and as long as there is more than one."""
        self._giving_up = None
        loop = asyncio.get_running_loop()
        while len(self._idle) > 1 and loop.time() - self._idle[0][1] >= _UNUSED_SECONDS:
            self._idle.popleft()[0].terminate()
            self._turns.shrink(len(self._idle) + len(self._lent))
        if len(self._idle) > 1:
            self._giving_up = loop.call_at(self._idle[0][1] + _UNUSED_SECONDS, self._give_up_unused)

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
        self._closing = True
        if self._giving_up is not None:
            self._giving_up.cancel()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    while self._lent:
                        self._returned.clear()
                        await self._returned.wait()
                    for connection, _ in self._idle:
                        await connection.close()
        finally:
            for connection in (*self._lent, *(each for each, _ in self._idle)):
                connection.terminate()


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.execute(_BY_KEYS)
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=dump_json, decoder=orjson.loads, format="text"
    )
