"""Add somebody who may log in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import BadPayload, Conflict
from bot.service.passwords import check_new_password, hash_password
from bot.storage import staff as staff_storage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.staff import Role, Staff
    from bot.service.road import Road

# Enough to catch a slip of the fingers; whether mail arrives is not for us to know.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+", re.ASCII)


async def add_staff(road: Road, *, email: str, name: str, password: str, roles: Iterable[Role]) -> Staff:
    """Add somebody and return them.

    Raises `BadPayload` with a sentence for whoever typed it, `Conflict` if the address is taken.
    """
    _check(email=email, name=name, password=password)
    password_hash = await hash_password(password)
    async with road.database.begin() as connection:
        staff = await staff_storage.insert_staff(
            connection,
            email=email,
            name=name.strip(),
            password_hash=password_hash,
            roles=roles,
        )
    if staff is None:
        raise Conflict(f"Somebody with the e-mail address {staff_storage.fold_email(email)} is here already.")
    return staff


async def has_staff(road: Road) -> bool:
    """Tell whether anybody may log in yet."""
    async with road.database.read() as connection:
        return await staff_storage.count_staff(connection) > 0


def _check(*, email: str, name: str, password: str) -> None:
    if not _EMAIL.fullmatch(email.strip()):
        raise BadPayload(f"{email!r} is not an e-mail address.")
    if not name.strip():
        raise BadPayload("A name is needed: customers read the first one.")
    check_new_password(password)
