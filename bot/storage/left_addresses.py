"""Where visitors of the web chat want to be answered when they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from bot.storage.tables import left_address

if TYPE_CHECKING:
    from bot.storage.connection import AsyncConnection


async def keep_address(connection: AsyncConnection, conversation_id: int, email: str) -> None:
    """Keep the address a visitor left last."""
    statement = insert(left_address).values(conversation_id=conversation_id, email=email)
    changed = statement.on_conflict_do_update(
        index_elements=[left_address.c.conversation_id],
        set_={"email": email},
        where=left_address.c.email != email,
    )
    await connection.execute(changed)


async def find_address(connection: AsyncConnection, conversation_id: int) -> str | None:
    """Return the address a visitor left, None where they left none."""
    statement = select(left_address.c.email).where(left_address.c.conversation_id == conversation_id)
    found: str | None = (await connection.execute(statement)).scalar_one_or_none()
    return found
