"""Who of the staff is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.domain.staff import Role
from bot.storage.tables import staff, staff_session

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.connection import AsyncConnection


_ANSWERING = [Role.AGENT.value, Role.LEAD.value, Role.ADMIN.value]


async def is_present(
    connection: AsyncConnection, staff_id: int, *, now: datetime, seen_since: datetime
) -> bool:
    """Tell whether somebody who is not disabled has a live session, last seen at `seen_since` or later."""
    query = (
        select(staff_session.c.staff_id)
        .join_from(staff_session, staff, staff_session.c.staff_id == staff.c.id)
        .where(
            staff_session.c.staff_id == staff_id,
            staff_session.c.expires_at > now,
            staff_session.c.seen_at >= seen_since,
            staff.c.disabled_at.is_(None),
        )
        .limit(1)
    )
    return (await connection.execute(query)).one_or_none() is not None


async def is_anybody_present(connection: AsyncConnection, *, now: datetime, seen_since: datetime) -> bool:
    """Tell whether anybody who answers customers has a live session, last seen at `seen_since` or later."""
    query = (
        select(staff_session.c.staff_id)
        .join_from(staff_session, staff, staff_session.c.staff_id == staff.c.id)
        .where(
            staff_session.c.expires_at > now,
            staff_session.c.seen_at >= seen_since,
            staff.c.disabled_at.is_(None),
            staff.c.roles.overlap(_ANSWERING),
        )
        .limit(1)
    )
    return (await connection.execute(query)).first() is not None
