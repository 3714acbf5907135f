"""Receipts: what a platform says became of messages that left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, DateTime
from sqlalchemy.types import Text as TextType

from bot.connector import ReceiptState
from bot.domain.message import DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.connection import AsyncConnection

_STATES = {
    ReceiptState.SENT: DeliveryState.SENT,
    ReceiptState.DELIVERED: DeliveryState.DELIVERED,
    ReceiptState.READ: DeliveryState.READ,
    ReceiptState.FAILED: DeliveryState.FAILED,
}
# They may come in any order, and again: each state follows from these alone. What failed after all may have
# been called sent, never delivered.
_FROM = {
    ReceiptState.SENT: ("sending", "unknown"),
    ReceiptState.DELIVERED: ("sending", "unknown", "sent"),
    ReceiptState.READ: ("sending", "unknown", "sent", "delivered"),
    ReceiptState.FAILED: ("sending", "unknown", "sent"),
}

_APPLY = text(
    """
    UPDATE outbox o SET state = :state, error_class = :error_class, error_detail = :error_detail,
        updated_at = now()
    FROM message m
    WHERE m.conversation_id = :conversation_id AND o.message_id = m.id AND o.state = ANY(:before)
        AND (o.native_ids @> ARRAY[CAST(:native_id AS text)]
            OR o.message_id = CAST(:message_id AS bigint)
            OR m.created_at <= CAST(:until AS timestamptz))
    RETURNING o.message_id
    """,
).bindparams(
    bindparam("before", type_=ARRAY(TextType)),
    bindparam("native_id", type_=TextType),
    bindparam("message_id", type_=BigInteger),
    bindparam("until", type_=DateTime(timezone=True)),
    bindparam("error_class", type_=TextType),
    bindparam("error_detail", type_=TextType),
)


async def apply_receipt(
    connection: AsyncConnection,
    conversation_id: int,
    state: ReceiptState,
    *,
    native_id: str | None = None,
    message_id: int | None = None,
    until: datetime | None = None,
    error: tuple[str, str] | None = None,
) -> tuple[DeliveryState, list[int]]:
    """Write down what became of the messages meant; returns their new state, and the ids it was news for."""
    error_class, error_detail = error or (None, None)
    values = {
        "conversation_id": conversation_id,
        "state": _STATES[state].value,
        "before": list(_FROM[state]),
        "native_id": native_id,
        "message_id": message_id,
        "until": until,
        "error_class": error_class,
        "error_detail": error_detail,
    }
    return _STATES[state], list((await connection.execute(_APPLY, values)).scalars())


# What has an id already is meant by no receipt that is too early.
_UNDER_WAY = text(
    """
    SELECT EXISTS (SELECT FROM outbox WHERE conversation_id = :conversation_id AND state = 'sending')
        AND NOT EXISTS (
            SELECT FROM outbox
            WHERE conversation_id = :conversation_id AND native_ids @> ARRAY[CAST(:native_id AS text)]
                AND state IN ('pending', 'sending', 'sent', 'delivered', 'unknown'))
    """,
).bindparams(bindparam("native_id", type_=TextType))


async def may_be_early(connection: AsyncConnection, conversation_id: int, native_id: str) -> bool:
    """Tell whether a receipt may be of a send that is under way: its id is not written down yet."""
    values = {"conversation_id": conversation_id, "native_id": native_id}
    return bool((await connection.execute(_UNDER_WAY, values)).scalar_one())
