"""What else a customer wrote to the brand: their other conversations, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, DateTime, Integer

from bot.domain.conversation import Status, Surface
from bot.domain.message import Settled

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.storage.connection import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class PastConversation:
    """One of them. `words` are the contact's last; `settled`: what became of them."""

    id: int
    contact_id: int
    channel: str
    account: str
    surface: Surface
    status: Status
    last_message_at: datetime
    words: str
    settled: Settled | None


_LIST = text(
    """
    SELECT c.id, c.contact_id, a.channel, a.name AS account, c.surface, c.status, c.last_message_at,
        l.words, l.settled
    FROM conversation c
    JOIN account a ON a.id = c.account_id
    LEFT JOIN LATERAL (
        SELECT left(coalesce(m.metadata ->> 'title', CASE WHEN m.kind = 'unsupported'
            THEN m.metadata ->> 'note' END, m.content ->> 'text', ''), 500) AS words, m.settled
        FROM message m WHERE m.conversation_id = c.id AND m.author = 'contact'
            AND (m.kind IN ('text', 'postback', 'media') OR m.kind = 'unsupported' AND m.settled IS NOT NULL)
        ORDER BY m.seq DESC LIMIT 1) l ON TRUE
    WHERE c.contact_id = ANY(:contact_ids) AND c.id <> :beside AND c.erased_at IS NULL
        AND (CAST(:before_at AS timestamptz) IS NULL OR (c.last_message_at, c.id) < (:before_at, :before_id))
    ORDER BY c.last_message_at DESC, c.id DESC LIMIT :most
    """,
).bindparams(
    bindparam("contact_ids", type_=ARRAY(BigInteger)),
    bindparam("beside", type_=BigInteger),
    bindparam("before_at", type_=DateTime(timezone=True)),
    bindparam("before_id", type_=BigInteger),
    bindparam("most", type_=Integer),
)


async def list_past(
    connection: AsyncConnection,
    contact_ids: Collection[int],
    *,
    beside: int,
    before: tuple[datetime, int] | None = None,
    most: int,
) -> list[PastConversation]:
    """Return conversations of contacts, the latest first, without the one that is open.

    `before`: those after this one of the list, by (last word, number).
    """
    before_at, before_id = before or (None, None)
    values = {
        "contact_ids": sorted(contact_ids),
        "beside": beside,
        "before_at": before_at,
        "before_id": before_id,
        "most": most,
    }
    return [
        PastConversation(
            id=row.id,
            contact_id=row.contact_id,
            channel=row.channel,
            account=row.account,
            surface=Surface(row.surface),
            status=Status(row.status),
            last_message_at=row.last_message_at,
            words=row.words or "",
            settled=Settled(row.settled) if row.settled else None,
        )
        for row in await connection.execute(_LIST, values)
    ]
