"""Look after who may log in: list them, give a new password, shut out, let in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import BadPayload, Conflict
from bot.service.passwords import check_new_password, hash_password
from bot.storage import sessions, staff

if TYPE_CHECKING:
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.staff import Member


async def list_members(road: Road) -> list[Member]:
    """Return everybody by name, also who is shut out."""
    async with road.database.read() as connection:
        return await staff.list_members(connection)


async def change_password(road: Road, *, email: str, password: str) -> Member:
    """Give somebody another password. Whoever is logged in with the old one is out at once.

    Raises `BadPayload` with a sentence for whoever typed it.
    """
    check_new_password(password)
    password_hash = await hash_password(password)
    async with road.database.begin() as connection:
        member = await _get_member(connection, email)
        await staff.set_password_hash(connection, member.staff.id, password_hash)
        await sessions.delete_sessions_of(connection, member.staff.id)
    return member


async def shut_out(road: Road, email: str) -> Member:
    """Let somebody log in no more; they are out at once. What they wrote stays theirs.

    Raises `BadPayload` for an unknown address, `Conflict` if nobody at all could log in then.
    """
    async with road.database.begin() as connection:
        member = await _get_member(connection, email)
        if member.disabled_at is None:
            await staff.disable_staff(connection, member.staff.id, road.now())
        await sessions.delete_sessions_of(connection, member.staff.id)
        if not await staff.count_staff(connection):
            raise Conflict(f"Only {member.staff.email} may log in: add somebody else first.")
    return member


async def let_in(road: Road, email: str) -> Member:
    """Let somebody log in again, with the password they had. Raises `BadPayload` for an unknown address."""
    async with road.database.begin() as connection:
        member = await _get_member(connection, email)
        await staff.enable_staff(connection, member.staff.id)
    return member


async def _get_member(connection: Connection, email: str) -> Member:
    found = await staff.list_members(connection, email)
    if not found:
        raise BadPayload(
            f"Nobody has the e-mail address {staff.fold_email(email)}: `visavis staff list` shows everybody."
        )
    return found[0]
