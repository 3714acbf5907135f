"""Things that are due at a time: deadlines, reminders, snoozes. Each fires once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from bot.storage.tables import timer

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.domain.json import JsonObject
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A timer that is due."""

    id: int
    conversation_id: int
    kind: str
    due_at: datetime
    data: JsonObject


_SET = text(
    "INSERT INTO timer (conversation_id, kind, due_at, data) "
    "VALUES (:conversation_id, :kind, :due_at, :data)",
).bindparams(bindparam("data", type_=JSONB))


# For a statement that knows the conversation as `mine`. Each timer knows what was said before it
# (`after_seq`): all there is, unless it says otherwise.
SET_MANY = """
    INSERT INTO timer (conversation_id, kind, due_at, data)
    SELECT mine.id, t.kind, t.due_at,
        jsonb_build_object('after_seq', mine.last_seq) || coalesce(t.data, '{}')
    FROM mine, jsonb_to_recordset(:timers) AS t(kind text, due_at timestamptz, data jsonb)
"""


async def set_timer(
    connection: AnyConnection,
    conversation_id: int,
    kind: str,
    due_at: datetime,
    data: JsonObject | None = None,
) -> None:
    """Have `kind` happen to a conversation at `due_at`."""
    values = {"conversation_id": conversation_id, "kind": kind, "due_at": due_at, "data": dict(data or {})}
    await connection.execute(_SET, values)


async def take_due_timers(
    connection: AsyncConnection,
    now: datetime,
    *,
    kinds: Collection[str],
    most: int = 100,
) -> list[Timer]:
    """Mark timers of `kinds` that are due as done, and return them in order: act in the same transaction.

    Other kinds are left to those who know them, such as the clock of a newer version. Rows another
    clock works on are skipped, not waited for.
    """
    due = (
        select(timer.c.id)
        .where(timer.c.done_at.is_(None), timer.c.due_at <= now, timer.c.kind.in_(kinds))
        .order_by(timer.c.due_at, timer.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    statement = update(timer).where(timer.c.id.in_(due.scalar_subquery())).values(done_at=func.now())
    rows = await connection.execute(statement.returning(timer))
    taken = [
        Timer(id=row.id, conversation_id=row.conversation_id, kind=row.kind, due_at=row.due_at, data=row.data)
        for row in rows
    ]
    return sorted(taken, key=lambda each: (each.due_at, each.id))


async def cancel_timers(connection: AsyncConnection, conversation_id: int, kind: str) -> None:
    """Forget the timers of one kind of a conversation."""
    await connection.execute(
        update(timer)
        .where(timer.c.conversation_id == conversation_id, timer.c.kind == kind, timer.c.done_at.is_(None))
        .values(done_at=func.now()),
    )
