"""The outbox: what waits to leave, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Interval
from sqlalchemy.types import Text as TextType

from bot.connector import Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from bot.domain.message import DeliveryState
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection


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
        AND state IN ('pending', 'sending', 'sent', 'delivered')
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


_OUTCOME = text(
    """
    UPDATE outbox SET state = CASE WHEN state IN ('delivered', 'read') THEN state ELSE :state END,
        native_ids = :native_ids, error_class = :error_class, error_detail = :error_detail, updated_at = now()
    WHERE message_id = ANY(:ids) AND state IN ('pending', 'sending', 'unknown', 'delivered', 'read')
    """,
).bindparams(
    bindparam("native_ids", type_=ARRAY(TextType)),
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("error_class", type_=TextType),
    bindparam("error_detail", type_=TextType),
)


async def set_outcome(
    connection: AnyConnection,
    message_ids: Sequence[int],
    state: DeliveryState,
    *,
    native_ids: Sequence[str] = (),
    error: tuple[str, str] | None = None,
) -> None:
    """Write down what became of sends. `error` is (class, detail for staff).

    What the platform or the customer's own side said meanwhile, delivered or read, stays.

    That something was sent is a fact, and may be written by whoever knows it. Anything else is a
    decision of the courier that has the lease: check it in the same transaction.
    """
    error_class, error_detail = error or (None, None)
    values = {
        "ids": list(message_ids),
        "state": state.value,
        "native_ids": list(native_ids),
        "error_class": error_class,
        "error_detail": error_detail,
    }
    await connection.execute(_OUTCOME, values)


_UNREAD = text(
    "UPDATE outbox SET error_class = 'hung_up' WHERE message_id = ANY(:ids) AND state = 'pending'",
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


async def mark_unread(connection: AsyncConnection, message_ids: Sequence[int]) -> None:
    """Note that a caller hung up before these were written to it: the next call may be told."""
    await connection.execute(_UNREAD, {"ids": list(message_ids)})


# A person who takes a conversation silences the bot at once, also where a reply of it waits for a rate
# or for a platform that is away. Three things leave nevertheless:
# - what may have left or left in part: half a sentence helps nobody, and "not sent" would be untrue;
# - the replies of the turn that opened the open handoff: among them is the promise of a person, made in
#   the commit that made the entry. (Later ones there are none: the bot is silent from that commit on.)
#   Of a case that is one entry, which stands in the private thread.
# - what the customer's own side reads from the store: it may stand there already.
# What a person says next need not wait for the pauses of what is gone, unless the platform asked for one.
_WITHDRAW = text(
    """
    WITH waiting AS (
        SELECT o.message_id, o.error_class
        FROM outbox o JOIN message m ON m.id = o.message_id JOIN conversation c ON c.id = o.conversation_id
        WHERE o.conversation_id = :conversation_id AND o.state = 'pending' AND o.native_ids = '{}'
            AND m.author = 'bot' AND c.status IN ('held', 'snoozed')
            AND NOT o.pull AND coalesce(c.reply_context ->> 'delivery', :push) = :push
            AND NOT EXISTS (
                SELECT FROM handoff h
                WHERE h.closed_at IS NULL AND h.created_at <= m.created_at AND h.conversation_id IN (
                    SELECT c.id UNION ALL SELECT t.private_id FROM thread_link t
                    WHERE t.public_id = c.id AND t.closed_at IS NULL))
    ), hurried AS (
        UPDATE conversation SET deliver_due_at = clock_timestamp()
        WHERE id = :conversation_id AND deliver_due_at > clock_timestamp()
            AND EXISTS (SELECT FROM waiting WHERE error_class IS NOT NULL)
            AND NOT EXISTS (SELECT FROM waiting WHERE error_class = 'rate_limited')
    )
    UPDATE outbox o SET state = 'failed', error_class = 'taken_over',
        error_detail = 'a person took over before it was sent', updated_at = now()
    FROM waiting WHERE o.message_id = waiting.message_id AND o.state = 'pending'
    RETURNING o.message_id
    """,
).bindparams(push=Delivery.PUSH.value)


async def withdraw_replies(connection: AsyncConnection, conversation_id: int) -> list[int]:
    """Let the bot's replies that wait in a conversation a person has never leave; returns their ids.

    They are `failed`, with the reason for staff to read, and call for nobody's attention. The
    conversation's row must be locked.
    """
    return list((await connection.execute(_WITHDRAW, {"conversation_id": conversation_id})).scalars())


# Of what the bot said since the entry that is open, and of it what no person said a word after.
_WITHDRAW_PROMISE = text(
    """
    UPDATE outbox o SET state = 'failed', error_class = 'taken_over',
        error_detail = 'a person ended the wait before it was sent', updated_at = now()
    FROM message m, conversation c, handoff h
    WHERE o.conversation_id = :conversation_id AND o.state = 'pending' AND o.native_ids = '{}'
        AND m.id = o.message_id AND m.author = 'bot' AND c.id = o.conversation_id
        AND NOT o.pull AND coalesce(c.reply_context ->> 'delivery', :push) = :push
        AND h.closed_at IS NULL AND h.created_at <= m.created_at AND h.conversation_id IN (
            SELECT c.id UNION ALL SELECT t.private_id FROM thread_link t
            WHERE t.public_id = c.id AND t.closed_at IS NULL)
        AND NOT EXISTS (
            SELECT FROM message s WHERE s.conversation_id = c.id AND s.seq > m.seq AND s.author = 'staff'
                AND s.kind <> 'note')
    """,
).bindparams(push=Delivery.PUSH.value)


async def withdraw_promise(connection: AsyncConnection, conversation_id: int) -> None:
    """Let a promise never leave that is not kept any more: its entry ends without a person's word.

    To be asked before the entry is closed, with the conversation's row locked; otherwise as
    `withdraw_replies`.
    """
    await connection.execute(_WITHDRAW_PROMISE, {"conversation_id": conversation_id})


# Among the last entries only, so that it costs the same in a long conversation.
_WITHDRAWN = text(
    """
    SELECT o.message_id FROM conversation c
    JOIN message m ON m.conversation_id = c.id AND m.seq > c.last_seq - 50
    JOIN outbox o ON o.message_id = m.id
    WHERE c.id = :conversation_id AND o.error_class = 'taken_over'
    """,
)


async def list_withdrawn(connection: AsyncConnection, conversation_id: int) -> list[int]:
    """Return which of the last messages `withdraw_replies` kept from leaving."""
    return list((await connection.execute(_WITHDRAWN, {"conversation_id": conversation_id})).scalars())
