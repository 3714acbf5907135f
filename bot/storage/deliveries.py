"""Delivering: a conversation's part of the outbox, claimed with a lease so that messages leave in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Boolean, Interval
from sqlalchemy.types import Text as TextType

from bot.domain.conversation import Lease, Surface
from bot.domain.message import Author, Content, DeliveryState
from bot.errors import LeaseLost
from bot.storage.content import load_content
from bot.storage.outbox import withdraw_replies

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.domain.json import JsonObject
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message on its way out. `attempts` counts tries that failed and make the next one wait longer.

    `delivered` holds the native ids of its parts that arrived already. `age` is how long ago it was
    said, by the database's clock; `heard_ago` how long ago the contact last wrote, by the platform's.
    `private_before`: of a private one, how many went to the contact before it since they wrote.
    """

    message_id: int
    state: DeliveryState
    author: Author
    author_name: str | None
    content: Content
    attempts: int
    delivered: tuple[str, ...]
    age: timedelta
    heard_ago: timedelta | None = None
    private_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryClaim:
    """The right to deliver a conversation's messages, and where they go.

    `outbound` holds every open message up to `seen_id`; what is newer makes another round due.
    """

    lease: Lease
    channel: str
    account: str
    key: str
    surface: Surface
    reply_context: JsonObject
    seen_id: int
    outbound: tuple[Outbound, ...]


# When it is due is asked as `turns` asks it: off the index of what is due.
_CLAIM = (
    text(
        """
    UPDATE conversation c SET
        deliver_token = c.deliver_token + 1,
        deliver_leased_until = clock_timestamp() + :lease
    FROM account a
    WHERE c.id = :conversation_id AND a.id = c.account_id
        AND coalesce(c.deliver_due_at, 'infinity') <= clock_timestamp()
        AND (c.deliver_leased_until IS NULL OR c.deliver_leased_until < clock_timestamp())
    RETURNING c.id, a.channel, a.name AS account, c.key, c.surface, c.reply_context, c.outbound_id,
        c.deliver_token, c.deliver_leased_until
    """,
    )
    .bindparams(bindparam("lease", type_=Interval))
    .columns(reply_context=JSONB)
)

_OPEN = text(
    """
    SELECT o.message_id, o.state, o.attempts, o.native_ids, m.author, m.content, s.name AS author_name,
        clock_timestamp() - m.created_at AS age,
        clock_timestamp() - coalesce(h.platform_at, h.created_at) AS heard_ago,
        CASE WHEN m.content ->> 'private' IS NULL THEN 0 ELSE (
            SELECT count(*) FROM message p JOIN outbox b ON b.message_id = p.id
            WHERE p.conversation_id = o.conversation_id AND p.content ->> 'private' IS NOT NULL
                AND p.seq < m.seq AND p.seq > coalesce(h.seq, 0) AND b.state <> 'failed'
        ) END AS private_before
    FROM outbox o JOIN message m ON m.id = o.message_id LEFT JOIN staff s ON s.id = m.staff_id
        LEFT JOIN LATERAL (
            SELECT seq, platform_at, created_at FROM message
            WHERE conversation_id = o.conversation_id AND author = 'contact'
                AND (kind IN ('text', 'postback', 'media') OR kind = 'unsupported' AND settled IS NOT NULL)
            ORDER BY seq DESC LIMIT 1
        ) h ON true
    WHERE o.conversation_id = :conversation_id AND o.state IN ('pending', 'sending') AND NOT o.pull
    ORDER BY o.message_id LIMIT :most
    """,
).columns(content=JSONB)


async def claim_delivery(
    connection: AnyConnection,
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
        surface=Surface(row.surface),
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
                delivered=tuple(each.native_ids),
                age=each.age,
                heard_ago=each.heard_ago,
                private_before=each.private_before,
            )
            for each in rows
        ),
    )


# The lease first: who takes a conversation over withdraws under its row's lock what has not left.
_SENDING = text(
    """
    WITH ours AS (
        UPDATE conversation SET deliver_leased_until = clock_timestamp() + :lease
        WHERE id = :conversation_id AND deliver_token = :token RETURNING id
    ), going AS (
        UPDATE outbox SET state = CASE WHEN state = 'read' THEN state ELSE 'sending' END, updated_at = now()
        WHERE message_id = :id AND state IN ('pending', 'sending', 'read') AND EXISTS (SELECT FROM ours)
        RETURNING message_id
    )
    SELECT EXISTS (SELECT FROM ours) AS ours, EXISTS (SELECT FROM going) AS going
    """,
).bindparams(bindparam("lease", type_=Interval))


async def mark_sending(
    connection: AnyConnection,
    lease: Lease,
    message_id: int,
    *,
    renew: timedelta,
) -> bool:
    """Write down that a send is about to be dispatched, and renew the lease for it. One statement.

    False when it was withdrawn since it was claimed (`outbox.withdraw_replies`): it must not leave.

    A crash after this commit leaves `sending` behind: the outcome is unknown, it is not repeated.
    What the customer has read meanwhile (an open chat shows a reply before it is delivered) stays read.
    Raises `LeaseLost` when another courier has the conversation.
    """
    values = {
        "conversation_id": lease.conversation_id,
        "token": lease.token,
        "lease": renew,
        "id": message_id,
    }
    row = (await connection.execute(_SENDING, values)).one()
    if not row.ours:
        raise LeaseLost("another courier delivers this conversation")
    return bool(row.going)


_FENCE = text(
    "SELECT id FROM conversation WHERE id = :conversation_id AND deliver_token = :token FOR UPDATE",
)


async def check_delivery_lease(connection: AsyncConnection, lease: Lease) -> None:
    """Raise `LeaseLost` unless the lease is ours, and stays so until the transaction ends."""
    values = {"conversation_id": lease.conversation_id, "token": lease.token}
    if (await connection.execute(_FENCE, values)).one_or_none() is None:
        raise LeaseLost("another courier delivers this conversation")


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
    connection: AnyConnection,
    lease: Lease,
    *,
    seen_id: int,
    again: timedelta | None = None,
) -> bool:
    """Give the lease back; True when more waits. `again`: try the rest after that pause.

    Raises `LeaseLost` when another courier has the conversation.
    """
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """A send that is to be tried again: what arrived of it, and why it failed (class, detail).

    `in_doubt`: it may have arrived as a whole. `counted`: the platform did not say when to come back,
    so that each such try makes the next one wait longer.
    """

    message_id: int
    delivered: tuple[str, ...]
    error: tuple[str, str] | None
    in_doubt: bool
    counted: bool


# In doubt it stays `sending`: nobody may take it for a message that never left.
_POSTPONE = text(
    """
    UPDATE outbox SET
        state = CASE WHEN :in_doubt THEN 'sending' ELSE 'pending' END,
        attempts = attempts + CASE WHEN :counted THEN 1 ELSE 0 END,
        native_ids = :delivered, error_class = :error_class, error_detail = :error_detail, updated_at = now()
    WHERE message_id = :id AND state = 'sending'
    """,
).bindparams(
    bindparam("delivered", type_=ARRAY(TextType)),
    bindparam("in_doubt", type_=Boolean),
    bindparam("counted", type_=Boolean),
)


async def postpone_delivery(
    connection: AsyncConnection, lease: Lease, postponed: Postponed, *, again: timedelta
) -> bool:
    """Give the lease back, and have a send tried again after a pause; returns whether it will be.

    It will not where a person took over while it was under way.
    Raises `LeaseLost` when another courier has the conversation: what becomes of the send is for that
    one to say, and nothing may be written.
    """
    await finish_delivery(connection, lease, seen_id=postponed.message_id, again=again)
    error_class, error_detail = postponed.error or (None, None)
    values = {
        "id": postponed.message_id,
        "delivered": list(postponed.delivered),
        "error_class": error_class,
        "error_detail": error_detail,
        "in_doubt": postponed.in_doubt,
        "counted": postponed.counted,
    }
    await connection.execute(_POSTPONE, values)
    return postponed.message_id not in await withdraw_replies(connection, lease.conversation_id)
