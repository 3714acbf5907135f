"""Which thread of the web chat an identity of a site leads to.

Two rows of `known_id` for each: the identity's, and the thread's own, by which it is known to be somebody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from bot.storage.tables import known_id

if TYPE_CHECKING:
    from bot.storage.connection import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """What is known of a visitor: the thread of their identity; whether their own is some identity's."""

    thread: str | None
    taken: bool


async def find_ties(
    connection: AsyncConnection, account_id: int, *, identity: str | None, visitor: str
) -> Ties:
    """Return what is known of a visitor and the identity they come with, if any."""
    wanted = [_thread(visitor), *([_identity(identity)] if identity else [])]
    statement = select(known_id.c.native_id, known_id.c.key).where(
        known_id.c.account_id == account_id, known_id.c.native_id.in_(wanted)
    )
    found = {row.native_id: row.key for row in (await connection.execute(statement)).all()}
    return Ties(thread=found.get(_identity(identity)) if identity else None, taken=_thread(visitor) in found)


async def tie(connection: AsyncConnection, account_id: int, identity: str, thread: str) -> bool:
    """Let an identity lead to a thread; False where either is tied to another, and nothing is done."""
    rows = [
        {"account_id": account_id, "native_id": each, "key": thread}
        for each in sorted((_identity(identity), _thread(thread)))
    ]
    statement = insert(known_id).values(rows).on_conflict_do_nothing().returning(known_id.c.native_id)
    made = (await connection.execute(statement)).scalars().all()
    if len(made) == len(rows):
        return True
    half = known_id.c.native_id.in_(made)
    await connection.execute(delete(known_id).where(known_id.c.account_id == account_id, half))
    return False


_NAME = text(
    """
    UPDATE contact SET name = :name FROM conversation c
    WHERE c.id = :conversation_id AND contact.id = c.contact_id AND contact.erased_at IS NULL
        AND (contact.name IS NULL OR (:proven AND contact.name <> :name))
    """,
)


async def name_contact(connection: AsyncConnection, conversation_id: int, name: str, *, proven: bool) -> None:
    """Call a contact by a name: one without any, or anybody whose name is `proven`."""
    values = {"conversation_id": conversation_id, "name": name, "proven": proven}
    await connection.execute(_NAME, values)


def _identity(identity: str) -> str:
    return f"identity:{identity}"


def _thread(thread: str) -> str:
    return f"thread:{thread}"
