"""What a caller who fetches replies may read: one statement, asked each time something happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Interval

from bot.domain.conversation import Status
from bot.domain.message import Author, Kind, Message
from bot.storage.content import load_content

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """`turn_id` is None while no turn took the message.

    `earlier`: what nobody fetched yet, words of staff, what a reminder made the bot say, and answers that
    came too late for their calls. `unread`: ids of what was not looked at, and may be among these.
    """

    turn_id: int | None
    status: Status
    replies: tuple[Message, ...]
    earlier: tuple[Message, ...]
    unread: tuple[int, ...] = ()


_PULLED = (
    text(
        """
    SELECT q.turn_id, c.status, q.conversation_id,
        r.id, r.seq, r.author, r.kind, r.content, r.created_at, r.turn_id AS answers
    FROM message q JOIN conversation c ON c.id = q.conversation_id
    LEFT JOIN LATERAL (
        SELECT m.* FROM message m WHERE m.turn_id = q.turn_id AND m.author = 'bot'
        UNION ALL
        SELECT m.* FROM outbox o JOIN message m ON m.id = o.message_id
            LEFT JOIN message asked ON asked.id = m.turn_id
        WHERE o.conversation_id = q.conversation_id AND o.pull AND o.state = 'pending'
            AND (m.author = 'staff' OR m.turn_id < q.id AND (asked.kind = 'trigger'
                OR o.error_class = 'hung_up' OR m.created_at > asked.created_at + :patience))
    ) r ON TRUE
    WHERE q.id = :message_id ORDER BY r.id
    """,
    )
    .bindparams(bindparam("patience", type_=Interval))
    .columns(content=JSONB)
)


async def get_pulled(connection: AnyConnection, message_id: int, *, patience: timedelta) -> Pulled:
    """Return what stands there for the caller who sent a message.

    `patience` is how long calls wait: an answer that took longer was given to nobody, nor was one
    whose caller is known to have hung up.
    """
    rows = (await connection.execute(_PULLED, {"message_id": message_id, "patience": patience})).all()
    turn_id = rows[0].turn_id
    found = [(_to_message(row), row.answers) for row in rows if row.id is not None]
    return Pulled(
        turn_id=turn_id,
        status=Status(rows[0].status),
        replies=tuple(message for message, answers in found if answers and answers == turn_id),
        earlier=tuple(message for message, answers in found if not answers or answers != turn_id),
    )


def _to_message(row: AnyRow) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        author=Author(row.author),
        kind=Kind(row.kind),
        content=load_content(row.content),
        created_at=row.created_at,
    )
