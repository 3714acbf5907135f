"""Queries over people who answer, teach and run the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.conversation import Status
from bot.domain.staff import Role, Staff
from bot.storage.tables import conversation, staff

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.storage.connection import AsyncConnection

_ROLES = frozenset(Role)
STAFF_COLUMNS = (staff.c.id, staff.c.email, staff.c.name, staff.c.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Somebody who may log in, with the hash to check their password against."""

    staff: Staff
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody as those who run the service see them. `open` counts conversations that only they answer."""

    staff: Staff
    disabled_at: datetime | None
    open: int


def fold_email(email: str) -> str:
    """Return the one spelling an e-mail address is stored and looked up in."""
    return email.strip().casefold()


def staff_of(row: Row[*tuple[Any, ...]]) -> Staff:
    """Make a `Staff` of a row that holds `STAFF_COLUMNS`. Roles this version does not know are dropped."""
    known = frozenset(Role(role) for role in row.roles if role in _ROLES)
    return Staff(id=row.id, email=row.email, name=row.name, roles=known)


async def get_staff(connection: AsyncConnection, staff_id: int) -> Staff | None:
    """Return a member of staff who is not disabled."""
    query = select(*STAFF_COLUMNS).where(staff.c.id == staff_id, staff.c.disabled_at.is_(None))
    row = (await connection.execute(query)).one_or_none()
    return staff_of(row) if row else None


async def get_login(connection: AsyncConnection, email: str) -> Login | None:
    """Return who logs in with this e-mail address; None if nobody does, or they are disabled."""
    query = select(*STAFF_COLUMNS, staff.c.password_hash).where(
        staff.c.email == fold_email(email),
        staff.c.disabled_at.is_(None),
    )
    row = (await connection.execute(query)).one_or_none()
    return Login(staff=staff_of(row), password_hash=row.password_hash) if row else None


async def list_members(connection: AsyncConnection, email: str | None = None) -> list[Member]:
    """Return everybody by name, also who is disabled; with `email` only the one who has it."""
    theirs = conversation.c.staff_id == staff.c.id
    held = conversation.c.status.in_([Status.HELD.value, Status.SNOOZED.value])
    count = select(func.count()).select_from(conversation).where(theirs, held).scalar_subquery()
    query = select(*STAFF_COLUMNS, staff.c.disabled_at, count.label("open")).order_by(
        staff.c.name, staff.c.id
    )
    if email is not None:
        query = query.where(staff.c.email == fold_email(email))
    rows = await connection.execute(query)
    return [Member(staff=staff_of(row), disabled_at=row.disabled_at, open=row.open) for row in rows]


async def count_staff(connection: AsyncConnection) -> int:
    """Return how many may log in."""
    query = select(func.count()).select_from(staff).where(staff.c.disabled_at.is_(None))
    return int((await connection.execute(query)).scalar_one())


async def insert_staff(
    connection: AsyncConnection,
    *,
    email: str,
    name: str,
    password_hash: str,
    roles: Iterable[Role],
) -> Staff | None:
    """Add somebody. None if the e-mail address is taken, also by somebody disabled."""
    values = {
        "email": fold_email(email),
        "name": name,
        "password_hash": password_hash,
        "roles": sorted(roles),
    }
    query = (
        insert(staff)
        .values(values)
        .on_conflict_do_nothing(index_elements=[staff.c.email])
        .returning(*STAFF_COLUMNS)
    )
    row = (await connection.execute(query)).one_or_none()
    return staff_of(row) if row else None


async def set_password_hash(connection: AsyncConnection, staff_id: int, password_hash: str) -> None:
    """Replace somebody's password."""
    await connection.execute(update(staff).where(staff.c.id == staff_id).values(password_hash=password_hash))


async def disable_staff(connection: AsyncConnection, staff_id: int, now: datetime) -> None:
    """Lock somebody out. What they wrote stays theirs."""
    await connection.execute(update(staff).where(staff.c.id == staff_id).values(disabled_at=now))


async def enable_staff(connection: AsyncConnection, staff_id: int) -> None:
    """Let somebody in again."""
    await connection.execute(update(staff).where(staff.c.id == staff_id).values(disabled_at=None))
