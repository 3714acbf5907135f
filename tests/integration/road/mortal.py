"""A database whose process dies, by SIGKILL, right after one of its statements or commits."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, event
from sqlalchemy.sql.selectable import TextualSelect
from typing_extensions import override

from bot.storage.database import Database
from bot.storage.direct import Direct, DirectRows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.storage.connection import AsyncConnection


class Fate:
    """Counts statements and commits once it is awake, and ends the process at the chosen one."""

    def __init__(self, point: int) -> None:
        self._point, self._count, self.awake = point, 0, False

    def step(self, *_: object) -> None:
        """Something was done in the database."""
        self._count += self.awake
        if self.awake and self._count == self._point:
            os.kill(os.getpid(), signal.SIGKILL)


class _MortalDirect(Direct):
    __slots__ = ("_fate",)

    def __init__(self, direct: Direct, fate: Fate) -> None:
        super().__init__(direct._connection)
        self._fate = fate

    @override
    async def execute(self, statement: TextClause | TextualSelect, values: Mapping[str, Any]) -> DirectRows:
        rows = await super().execute(statement, values)
        self._fate.step()
        return rows


class MortalDatabase(Database):
    """A death after the last statement of a transaction is one right before its commit."""

    def __init__(self, database: Database, fate: Fate) -> None:
        super().__init__(database._engine, database._direct, unlimited=database._unlimited)
        self._fate = fate
        event.listen(database._engine.sync_engine, "after_cursor_execute", fate.step)

    @override
    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        async with super().begin() as connection:
            yield connection
        self._fate.step()

    @override
    @asynccontextmanager
    async def direct(self, *, transaction: bool = False) -> AsyncIterator[Direct]:
        async with super().direct(transaction=transaction) as connection:
            yield _MortalDirect(connection, self._fate)
        if transaction:
            self._fate.step()
