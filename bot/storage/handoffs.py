"""Handoffs: at most one open per conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from bot.domain.handoff import Handoff, HandoffRequest, Priority
from bot.storage.tables import handoff

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.json import JsonObject
    from bot.storage.connection import AsyncConnection
    from bot.storage.rows import AnyRow


# For a statement that knows the conversation as `mine`: a handoff is opened by the commit that promises it.
# One that is open already keeps the earlier of both deadlines.
OPEN_MANY = """
    INSERT INTO handoff (conversation_id, reason, priority, queue, summary, deadline_at)
    SELECT mine.id, h.reason, h.priority, h.queue, h.summary, h.deadline_at
    FROM mine, jsonb_to_recordset(:handoffs)
        AS h(reason text, priority text, queue text, summary text, deadline_at timestamptz)
    ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO UPDATE SET
        reason = excluded.reason, priority = excluded.priority, summary = excluded.summary,
        deadline_at = least(handoff.deadline_at, excluded.deadline_at)
"""


def dump_handoff(request: HandoffRequest, deadline_at: datetime) -> JsonObject:
    """Return a request as `OPEN_MANY` reads it."""
    return {
        "reason": request.reason,
        "priority": request.priority.value,
        "queue": request.queue,
        "summary": request.summary,
        "deadline_at": deadline_at.isoformat(),
    }


async def take_handoff(connection: AsyncConnection, conversation_id: int, staff_id: int | None) -> None:
    """Write down who took the open handoff, if there is one; `staff_id` None is somebody we do not know.

    When it was taken first stays, for that ended the wait; so does who has it, for somebody unknown.
    """
    await connection.execute(
        update(handoff)
        .where(handoff.c.conversation_id == conversation_id, handoff.c.closed_at.is_(None))
        .values(
            taken_at=func.coalesce(handoff.c.taken_at, func.now()),
            taken_by=handoff.c.taken_by if staff_id is None else staff_id,
        ),
    )


async def raise_priority(connection: AsyncConnection, conversation_id: int, now: datetime) -> bool:
    """Make the open handoff urgent if nobody took it by its deadline; returns whether that is so."""
    statement = (
        update(handoff)
        .where(
            handoff.c.conversation_id == conversation_id,
            handoff.c.closed_at.is_(None),
            handoff.c.taken_at.is_(None),
            handoff.c.deadline_at <= now,
        )
        .values(priority=Priority.URGENT.value)
    )
    return (await connection.execute(statement.returning(handoff.c.id))).one_or_none() is not None


async def close_handoff(connection: AsyncConnection, conversation_id: int) -> None:
    """Close the open handoff, if there is one."""
    await connection.execute(
        update(handoff)
        .where(handoff.c.conversation_id == conversation_id, handoff.c.closed_at.is_(None))
        .values(closed_at=func.now()),
    )


async def list_handoffs(
    connection: AsyncConnection, conversation_id: int, *, limit: int = 10
) -> list[Handoff]:
    """Return a conversation's handoffs, newest first."""
    statement = select(handoff).where(handoff.c.conversation_id == conversation_id)
    rows = (await connection.execute(statement.order_by(handoff.c.id.desc()).limit(limit))).all()
    return [to_handoff(row) for row in rows]


def to_handoff(row: AnyRow) -> Handoff:
    """Make our value of a row."""
    return Handoff(
        id=row.id,
        conversation_id=row.conversation_id,
        reason=row.reason,
        priority=Priority(row.priority),
        queue=row.queue,
        summary=row.summary,
        created_at=row.created_at,
        deadline_at=row.deadline_at,
        taken_at=row.taken_at,
        taken_by=row.taken_by,
        closed_at=row.closed_at,
    )
