"""Handoffs: at most one open per conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.handoff import Handoff, HandoffRequest, Priority
from bot.storage.tables import handoff

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.storage.rows import AnyRow


async def open_handoff(
    connection: AsyncConnection,
    conversation_id: int,
    request: HandoffRequest,
    *,
    deadline_at: datetime,
) -> int:
    """Record that a person is needed; returns its id. Keeps the earlier deadline of one already open."""
    statement = insert(handoff).values(
        conversation_id=conversation_id,
        reason=request.reason,
        priority=request.priority.value,
        queue=request.queue,
        summary=request.summary,
        deadline_at=deadline_at,
    )
    statement = statement.on_conflict_do_update(
        index_elements=[handoff.c.conversation_id],
        index_where=handoff.c.closed_at.is_(None),
        set_={
            "reason": statement.excluded.reason,
            "priority": statement.excluded.priority,
            "summary": statement.excluded.summary,
            "deadline_at": func.least(handoff.c.deadline_at, statement.excluded.deadline_at),
        },
    )
    return int((await connection.execute(statement.returning(handoff.c.id))).scalar_one())


async def take_handoff(connection: AsyncConnection, conversation_id: int, staff_id: int) -> None:
    """Write down who took the open handoff, if there is one."""
    await connection.execute(
        update(handoff)
        .where(handoff.c.conversation_id == conversation_id, handoff.c.closed_at.is_(None))
        .values(taken_at=func.now(), taken_by=staff_id),
    )


async def raise_priority(connection: AsyncConnection, conversation_id: int) -> bool:
    """Make the open handoff urgent unless somebody took it; returns whether it was waiting."""
    statement = (
        update(handoff)
        .where(
            handoff.c.conversation_id == conversation_id,
            handoff.c.closed_at.is_(None),
            handoff.c.taken_at.is_(None),
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
