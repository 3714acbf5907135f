"""Delivering: the outbox, claimed per conversation so that messages leave in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import BigInteger, Interval
from sqlalchemy.types import Text as TextType

from bot.domain.conversation import Lease
from bot.domain.message import Author, Content, DeliveryState
from bot.errors import LeaseLost
from bot.storage.content import load_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message on its way out. `attempts` counts the tries before this one."""

    message_id: int
    state: DeliveryState
    author: Author
    author_name: str | None
    content: Content
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryClaim:
    """The right to deliver a conversation's messages, and where they go.

    `outbound` holds every open message up to `seen_id`; what is newer makes another round due.
    """

    lease: Lease
    channel: str
    account: str
    key: str
    reply_context: JsonObject
    seen_id: int
    outbound: tuple[Outbound, ...]


_CLAIM = (
    text(
        """
    UPDATE conversation c SET
        deliver_token = c.deliver_token + 1,
        deliver_leased_until = clock_timestamp() + :lease
    FROM account a
    WHERE c.id = :conversation_id AND a.id = c.account_id
        AND c.deliver_due_at <= clock_timestamp()
        AND (c.deliver_leased_until IS NULL OR c.deliver_leased_until < clock_timestamp())
    RETURNING c.id, a.channel, a.name AS account, c.key, c.reply_context, c.outbound_id,
        c.deliver_token, c.deliver_leased_until
    """,
    )
    .bindparams(bindparam("lease", type_=Interval))
    .columns(reply_context=JSONB)
)

_OPEN = text(
    """
    SELECT o.message_id, o.state, o.attempts, m.author, m.content, s.name AS author_name
    FROM outbox o JOIN message m ON m.id = o.message_id LEFT JOIN staff s ON s.id = m.staff_id
    WHERE o.conversation_id = :conversation_id AND o.state IN ('pending', 'sending') AND NOT o.pull
    ORDER BY o.message_id LIMIT :most
    """,
).columns(content=JSONB)


async def claim_delivery(
    connection: AsyncConnection,
    conversation_id: int,
    *,
    lease: timedelta,
    most: int = 20,
) -> DeliveryClaim | None:
    """Take the right to deliver; None when nothing is due or another courier has it."""
    values = {"conversation_id": conversation_id, "lease": lease}
    row = (await connection.execute(_CLAIM, values)).one_or_none()
    if row is None:
        return None
    rows = (await connection.execute(_OPEN, {"conversation_id": conversation_id, "most": most})).all()
    return DeliveryClaim(
        lease=Lease(conversation_id=row.id, token=row.deliver_token, expires_at=row.deliver_leased_until),
        channel=row.channel,
        account=row.account,
        key=row.key,
        reply_context=row.reply_context,
        seen_id=rows[-1].message_id if len(rows) == most else row.outbound_id,
        outbound=tuple(
            Outbound(
                message_id=each.message_id,
                state=DeliveryState(each.state),
                author=Author(each.author),
                author_name=each.author_name,
                content=load_content(each.content),
                attempts=each.attempts,
            )
            for each in rows
        ),
    )


_RENEW = text(
    """
    UPDATE conversation SET deliver_leased_until = clock_timestamp() + :lease
    WHERE id = :conversation_id AND deliver_token = :token RETURNING id
    """,
).bindparams(bindparam("lease", type_=Interval))

_SENDING = text(
    """
    UPDATE outbox SET state = 'sending', attempts = attempts + 1, updated_at = now()
    WHERE message_id = :id AND state <> 'read'
    """,
)


async def mark_sending(
    connection: AsyncConnection,
    lease: Lease,
    message_id: int,
    *,
    renew: timedelta,
) -> None:
    """Write down that a send is about to be dispatched, and renew the lease for it.

    A crash after this commit leaves `sending` behind: the outcome is unknown, it is not repeated.
    What the customer has read meanwhile (an open chat shows a reply before it is delivered) stays read.
    Raises `LeaseLost` when another courier has the conversation.
    """
    values = {"conversation_id": lease.conversation_id, "token": lease.token, "lease": renew}
    if (await connection.execute(_RENEW, values)).one_or_none() is None:
        raise LeaseLost("another courier delivers this conversation")
    await connection.execute(_SENDING, {"id": message_id})


_OUTCOME = text(
    """
    UPDATE outbox SET state = :state, native_ids = :native_ids, error_class = :error_class,
        error_detail = :error_detail, updated_at = now()
    WHERE message_id = ANY(:ids) AND state IN ('pending', 'sending', 'unknown')
    """,
).bindparams(
    bindparam("native_ids", type_=ARRAY(TextType)),
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("error_class", type_=TextType),
    bindparam("error_detail", type_=TextType),
)


async def set_outcome(
    connection: AsyncConnection,
    message_ids: Sequence[int],
    state: DeliveryState,
    *,
    native_ids: Sequence[str] = (),
    error: tuple[str, str] | None = None,
) -> None:
    """Write down what became of sends. `error` is (class, detail for staff)."""
    error_class, error_detail = error or (None, None)
    values = {
        "ids": list(message_ids),
        "state": state.value,
        "native_ids": list(native_ids),
        "error_class": error_class,
        "error_detail": error_detail,
    }
    await connection.execute(_OUTCOME, values)


_FINISH = text(
    """
    UPDATE conversation SET
        deliver_leased_until = NULL,
        deliver_due_at = CASE
            WHEN :again IS NOT NULL THEN clock_timestamp() + :again
            WHEN outbound_id > :seen_id THEN clock_timestamp()
            ELSE NULL END
    WHERE id = :conversation_id AND deliver_token = :token
    RETURNING deliver_due_at <= clock_timestamp() AS more
    """,
).bindparams(bindparam("again", type_=Interval))


async def finish_delivery(
    connection: AsyncConnection,
    lease: Lease,
    *,
    seen_id: int,
    again: timedelta | None = None,
) -> bool:
    """Give the lease back; True when more waits. `again`: try the rest after that pause."""
    values = {
        "conversation_id": lease.conversation_id,
        "token": lease.token,
        "seen_id": seen_id,
        "again": again,
    }
    row = (await connection.execute(_FINISH, values)).one_or_none()
    if row is None:
        raise LeaseLost("another courier delivers this conversation")
    return bool(row.more)


_QUEUE = text(
    """
    WITH queued AS (
        INSERT INTO outbox (message_id, conversation_id, pull)
        SELECT :message_id, id, pull FROM conversation WHERE id = :conversation_id
        ON CONFLICT DO NOTHING RETURNING pull
    )
    UPDATE conversation SET
        outbound_id = :message_id,
        deliver_due_at =
            CASE WHEN pull THEN deliver_due_at ELSE coalesce(deliver_due_at, clock_timestamp()) END
    WHERE id = :conversation_id
    """,
).bindparams(bindparam("message_id", type_=BigInteger), bindparam("conversation_id", type_=BigInteger))


async def queue_message(connection: AsyncConnection, conversation_id: int, message_id: int) -> None:
    """Queue one stored message for delivery."""
    await connection.execute(_QUEUE, {"message_id": message_id, "conversation_id": conversation_id})


_READ = text(
    """
    UPDATE outbox SET state = 'read', updated_at = now()
    WHERE conversation_id = :conversation_id AND message_id <= :message_id
        AND state IN ('pending', 'sending', 'sent')
    RETURNING message_id
    """,
)


async def mark_read(connection: AsyncConnection, conversation_id: int, up_to_message_id: int) -> list[int]:
    """Mark delivered messages as read by the customer; returns the ids that changed."""
    values = {"conversation_id": conversation_id, "message_id": up_to_message_id}
    return list((await connection.execute(_READ, values)).scalars())


_OVERDUE = text(
    """
    SELECT id FROM conversation
    WHERE deliver_due_at < clock_timestamp() - :grace
        AND (deliver_leased_until IS NULL OR deliver_leased_until < clock_timestamp())
    ORDER BY deliver_due_at LIMIT :most
    """,
).bindparams(bindparam("grace", type_=Interval))


async def list_undelivered(connection: AsyncConnection, *, grace: timedelta, most: int = 1000) -> list[int]:
    """Return conversations whose delivery is overdue by `grace` and that nobody works on."""
    return list((await connection.execute(_OVERDUE, {"grace": grace, "most": most})).scalars())
