"""The brand's identities on channels, as rows other tables point at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from bot.storage.tables import account

if TYPE_CHECKING:
    from bot.storage.connection import AsyncConnection


async def ensure_account(connection: AsyncConnection, channel: str, name: str) -> int:
    """Return the id of an account, making its row on first sight."""
    statement = insert(account).values(channel=channel, name=name)
    statement = statement.on_conflict_do_update(
        index_elements=[account.c.channel, account.c.name],
        set_={"name": name},
    )
    return int((await connection.execute(statement.returning(account.c.id))).scalar_one())


async def get_cursor(connection: AsyncConnection, account_id: int) -> str | None:
    """Return where polling of this account goes on."""
    statement = select(account.c.cursor).where(account.c.id == account_id)
    return (await connection.execute(statement)).scalar_one_or_none()


async def set_cursor(connection: AsyncConnection, account_id: int, cursor: str) -> None:
    """Store where polling goes on, in the commit of what was polled."""
    await connection.execute(update(account).where(account.c.id == account_id).values(cursor=cursor))
