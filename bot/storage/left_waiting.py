"""Conversations that a person has who does not come back to them: who waits there is shown to all staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.types import DateTime, Interval

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from bot.storage.connection import AsyncConnection

LEFT_WAITING = "left_waiting"
"""Why such a conversation wants attention."""

# Both read the few conversations that people have, by the index of those. What somebody is acting on at this
# moment is looked at the next time.
_MARK = text(
    """
    WITH alone AS (
        SELECT c.id FROM conversation c
        WHERE c.status = 'held' AND c.attention IS NULL
            AND EXISTS (
                SELECT FROM message m WHERE m.conversation_id = c.id AND m.settled = 'waiting'
                    AND m.created_at < clock_timestamp() - :patience)
            AND NOT EXISTS (
                SELECT FROM staff_session o JOIN staff s ON s.id = o.staff_id
                WHERE o.staff_id = c.staff_id AND s.disabled_at IS NULL
                    AND o.expires_at > :now AND o.seen_at >= :seen_since)
        FOR UPDATE OF c SKIP LOCKED
    )
    UPDATE conversation c SET attention = 'left_waiting' FROM alone WHERE c.id = alone.id RETURNING c.id
    """
).bindparams(
    bindparam("patience", type_=Interval),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("seen_since", type_=DateTime(timezone=True)),
)
_CLEAR = text(
    """
    WITH done AS (
        SELECT c.id FROM conversation c
        WHERE c.attention = 'left_waiting' AND (c.status <> 'held' OR NOT EXISTS (
            SELECT FROM message m WHERE m.conversation_id = c.id AND m.settled = 'waiting'))
        FOR UPDATE OF c SKIP LOCKED
    )
    UPDATE conversation c SET attention = NULL FROM done WHERE c.id = done.id RETURNING c.id
    """
)


async def mark_left_waiting(
    connection: AsyncConnection, *, patience: timedelta, now: datetime, seen_since: datetime
) -> list[int]:
    """Mark where a contact waits longer than `patience` for nobody who is there; returns those newly marked.

    There is who was seen at `seen_since` or later. Whoever wrote in the platform's own app is not known here.
    """
    values = {"patience": patience, "now": now, "seen_since": seen_since}
    return list((await connection.execute(_MARK, values)).scalars())


async def clear_left_waiting(connection: AsyncConnection) -> list[int]:
    """Take the mark away where somebody has answered, or given the conversation back; returns those."""
    return list((await connection.execute(_CLEAR)).scalars())
