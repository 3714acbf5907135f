"""Where a conversation stands by its platform's rules: what windows and private replies are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.storage.connection import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How long ago the contact last wrote, and how often they were written to in private since.

    `pushed`: replies are sent to the platform, not fetched from us.
    """

    heard_ago: timedelta | None = None
    private_sent: int = 0
    pushed: bool = True


_LOAD = text(
    """
    SELECT clock_timestamp() - coalesce(h.platform_at, h.created_at) AS heard_ago, (
        SELECT count(*) FROM outbox b JOIN message p ON p.id = b.message_id
        WHERE b.conversation_id = h.conversation_id AND p.content ->> 'private' IS NOT NULL
            AND p.seq > h.seq AND b.state <> 'failed'
    ) AS private_sent,
        coalesce(c.reply_context ->> 'delivery', 'push') = 'push' AS pushed
    FROM message h JOIN conversation c ON c.id = h.conversation_id
    WHERE h.conversation_id = :conversation_id AND h.author = 'contact'
        AND (h.kind IN ('text', 'postback', 'media') OR h.kind = 'unsupported' AND h.settled IS NOT NULL)
    ORDER BY h.seq DESC LIMIT 1
    """,
)


async def load_standing(connection: AsyncConnection, conversation_id: int) -> Standing:
    """Return where a conversation stands. A private reply that failed was none."""
    row = (await connection.execute(_LOAD, {"conversation_id": conversation_id})).one_or_none()
    if row is None:
        return Standing()
    return Standing(heard_ago=row.heard_ago, private_sent=row.private_sent, pushed=row.pushed)
