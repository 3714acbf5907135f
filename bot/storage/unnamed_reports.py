"""Reports that a message failed, which name only whom it went to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import BigInteger, DateTime, Interval, Text

from bot.storage.tables import stray_event

if TYPE_CHECKING:
    from datetime import datetime

    from bot.connector import InboundEvent
    from bot.storage.connection import AsyncConnection

BACK = timedelta(days=6)  # servers try for up to five days (RFC 5321, 4.5.4.1)
AHEAD = timedelta(hours=1)  # that clocks may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A message that a report may be about. `message_id` None: not one that left through us."""

    conversation_id: int
    message_id: int | None


async def take_report(connection: AsyncConnection, account_id: int, event: InboundEvent) -> bool:
    """Remember a report; False for one that was taken before."""
    statement = insert(stray_event).values(
        account_id=account_id, event_id=event.event_id, revision=event.revision, metadata=dict(event.metadata)
    )
    new = statement.on_conflict_do_nothing().returning(stray_event.c.event_id)
    return (await connection.execute(new)).one_or_none() is not None


# What staff typed in the platform's own app went to the same address, and may be what failed.
_SUSPECTS = text(
    """
    SELECT m.conversation_id, o.message_id
    FROM handle h JOIN conversation c ON c.contact_id = h.contact_id AND c.account_id = h.account_id
    JOIN message m ON m.conversation_id = c.id
    LEFT JOIN outbox o ON o.message_id = m.id AND o.state IN ('sent', 'sending', 'unknown')
    WHERE h.account_id = :account_id AND h.native_id = :native_id
        AND m.created_at BETWEEN :at - CAST(:back AS interval) AND :at + CAST(:ahead AS interval)
        AND (o.message_id IS NOT NULL OR m.kind = 'echo')
    ORDER BY m.id DESC LIMIT 2
    """,
).bindparams(
    bindparam("account_id", type_=BigInteger),
    bindparam("native_id", type_=Text),
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("back", type_=Interval),
    bindparam("ahead", type_=Interval),
)


async def list_suspects(
    connection: AsyncConnection, account_id: int, native_id: str, at: datetime
) -> list[Suspect]:
    """Return the last messages to somebody that may have failed by then; two are as good as many."""
    values = {
        "account_id": account_id,
        "native_id": native_id,
        "at": at,
        "back": BACK,
        "ahead": AHEAD,
    }
    rows = await connection.execute(_SUSPECTS, values)
    return [Suspect(conversation_id=row.conversation_id, message_id=row.message_id) for row in rows]
