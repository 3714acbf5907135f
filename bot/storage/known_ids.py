"""The ids of one person on one account, and the conversation that all of them lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from bot.storage.tables import known_id

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.storage.connection import AsyncConnection


async def find_keys(
    connection: AsyncConnection, account_id: int, native_ids: Collection[str]
) -> Mapping[str, str]:
    """Return the conversation keys of those ids that are known, the one known longest first."""
    statement = (
        select(known_id.c.native_id, known_id.c.key)
        .where(known_id.c.account_id == account_id, known_id.c.native_id.in_(native_ids))
        .order_by(known_id.c.created_at, known_id.c.native_id)
    )
    return {row.native_id: row.key for row in (await connection.execute(statement)).all()}


async def note_ids(
    connection: AsyncConnection, account_id: int, native_ids: Collection[str], key: str
) -> None:
    """Let ids lead to a conversation from now on; those that lead somewhere already still do."""
    rows = [{"account_id": account_id, "native_id": each, "key": key} for each in sorted(native_ids)]
    await connection.execute(insert(known_id).values(rows).on_conflict_do_nothing())
