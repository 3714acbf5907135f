"""Queries over staff sessions. The token itself is never stored, only its sha256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select, update

from bot.domain.staff import Staff
from bot.storage.staff import STAFF_COLUMNS, staff_of
from bot.storage.tables import staff, staff_session

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.connection import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A live session: who it is, and the token every form of theirs must carry."""

    staff: Staff
    csrf: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """What a login stores."""

    token: str
    staff_id: int
    csrf: str
    created_at: datetime
    expires_at: datetime


def hash_token(token: str) -> bytes:
    """Return what stands for a token in the database."""
    return hashlib.sha256(token.encode()).digest()


async def insert_session(connection: AsyncConnection, session: NewSession) -> None:
    """Store a new session."""
    await connection.execute(
        insert(staff_session).values(
            token_hash=hash_token(session.token),
            staff_id=session.staff_id,
            csrf=session.csrf,
            created_at=session.created_at,
            seen_at=session.created_at,
            expires_at=session.expires_at,
        ),
    )


async def get_session(
    connection: AsyncConnection,
    token: str,
    *,
    now: datetime,
    seen_since: datetime,
) -> Session | None:
    """Return the session of a token.

    None if there is none, it is over, it was last seen before `seen_since`, or its person was disabled.
    """
    query = (
        select(*STAFF_COLUMNS, staff_session.c.csrf, staff_session.c.seen_at)
        .join_from(staff_session, staff, staff_session.c.staff_id == staff.c.id)
        .where(
            staff_session.c.token_hash == hash_token(token),
            staff_session.c.expires_at > now,
            staff_session.c.seen_at >= seen_since,
            staff.c.disabled_at.is_(None),
        )
    )
    row = (await connection.execute(query)).one_or_none()
    return Session(staff=staff_of(row), csrf=row.csrf, seen_at=row.seen_at) if row else None


async def touch_session(connection: AsyncConnection, token: str, now: datetime) -> None:
    """Note that the person is there."""
    await connection.execute(
        update(staff_session).where(staff_session.c.token_hash == hash_token(token)).values(seen_at=now),
    )


async def delete_session(connection: AsyncConnection, token: str) -> None:
    """End one session."""
    await connection.execute(delete(staff_session).where(staff_session.c.token_hash == hash_token(token)))


async def delete_sessions_of(connection: AsyncConnection, staff_id: int) -> None:
    """End every session of a person: their password changed, or they left."""
    await connection.execute(delete(staff_session).where(staff_session.c.staff_id == staff_id))


async def delete_ended_sessions(connection: AsyncConnection, *, now: datetime, seen_since: datetime) -> None:
    """Forget sessions that can no longer be used."""
    ended = or_(staff_session.c.expires_at <= now, staff_session.c.seen_at < seen_since)
    await connection.execute(delete(staff_session).where(ended))
