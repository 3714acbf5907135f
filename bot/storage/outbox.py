"""The outbox: what waits to leave, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Interval
from sqlalchemy.types import Text as TextType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.message import DeliveryState


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
    """Write down what became of sends. `error` is (class, detail for staff).

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
