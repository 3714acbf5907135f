"""The events of a conversation as they were logged, turn by turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Integer

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.storage.database import AnyConnection

# Newest turns first, until there are enough events: what a turn holds is known only when it is read.
_NEWEST = (
    text(
        """
        SELECT id, events FROM (
            SELECT id, events, sum(jsonb_array_length(events)) OVER (ORDER BY id DESC) AS so_far
            FROM (
                SELECT id, events FROM turn WHERE conversation_id = :conversation_id
                ORDER BY id DESC LIMIT :most
            ) newest
        ) counted
        WHERE so_far - jsonb_array_length(events) < :most ORDER BY id
        """,
    )
    .bindparams(bindparam("conversation_id", type_=BigInteger), bindparam("most", type_=Integer))
    .columns(events=JSONB)
)


async def load_newest_events(connection: AnyConnection, conversation_id: int, most: int) -> list[JsonObject]:
    """Return the newest events of a conversation in their order, at most so many."""
    values = {"conversation_id": conversation_id, "most": most}
    rows = (await connection.execute(_NEWEST, values)).all()
    return [event for row in rows for event in row.events][-most:]
