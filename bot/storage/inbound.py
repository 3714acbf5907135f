"""The row lock and counters that put a contact's messages in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Interval

from bot.domain.conversation import Status

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.json import JsonObject

# A contact's word opens a resolved conversation again, with the bot, and wakes a snoozed one.
_ADVANCE = text(
    """
    UPDATE conversation SET
        last_seq = last_seq + 1,
        last_message_at = now(),
        reply_context = CASE WHEN :answerable THEN :reply_context ELSE reply_context END,
        pull = CASE WHEN :answerable THEN :pull ELSE pull END,
        status = CASE
            WHEN NOT :answerable THEN status
            WHEN status = 'resolved' THEN 'bot'
            WHEN status = 'snoozed' THEN CASE WHEN staff_id IS NULL THEN 'queued' ELSE 'held' END
            ELSE status END,
        inbound_seq = CASE WHEN :answerable THEN last_seq + 1 ELSE inbound_seq END,
        answer_due_at = CASE
            WHEN :answerable AND status IN ('bot', 'resolved') THEN now() + :pause
            ELSE answer_due_at END
    WHERE id = :conversation_id
    RETURNING last_seq AS seq, status
    """,
).bindparams(bindparam("reply_context", type_=JSONB), bindparam("pause", type_=Interval))


async def advance_inbound(
    connection: AsyncConnection,
    conversation_id: int,
    *,
    answerable: bool,
    reply_context: JsonObject,
    pull: bool,
    pause: timedelta,
) -> tuple[int, Status]:
    """Lock the conversation, give the new event its place; returns (seq, who holds it now).

    An `answerable` event makes an answer due after `pause`: the writer may still be typing.
    """
    values = {
        "conversation_id": conversation_id,
        "answerable": answerable,
        "reply_context": dict(reply_context),
        "pull": pull,
        "pause": pause,
    }
    row = (await connection.execute(_ADVANCE, values)).one()
    return row.seq, Status(row.status)
