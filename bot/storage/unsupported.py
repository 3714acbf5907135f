"""What a contact sent before messages that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.desk.unsupported import Earlier
from bot.domain.message import Kind, Settled

if TYPE_CHECKING:
    from bot.storage.database import AnyConnection

# Bounded, however much is sent in a burst: of what lies further back nothing follows for it.
_EARLIER = text(
    """
    SELECT kind, settled, clock_timestamp() - created_at AS ago FROM message
    WHERE conversation_id = :conversation_id AND seq < :before_seq
        AND author = 'contact' AND settled IS NOT NULL
    ORDER BY seq DESC LIMIT 50
    """
)


async def list_earlier(connection: AnyConnection, conversation_id: int, before_seq: int) -> list[Earlier]:
    """Return what the contact said before a place in the conversation, newest first."""
    values = {"conversation_id": conversation_id, "before_seq": before_seq}
    rows = (await connection.execute(_EARLIER, values)).all()
    return [Earlier(kind=Kind(row.kind), settled=Settled(row.settled), ago=row.ago) for row in rows]
