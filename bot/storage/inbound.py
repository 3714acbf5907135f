"""The row lock and counters that put a contact's messages in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Boolean, DateTime, Interval, Text

from bot.domain.conversation import Status
from bot.storage.content import dump_content

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.connector import InboundEvent
    from bot.domain.json import JsonObject
    from bot.storage.database import AnyConnection

# A contact's word opens a resolved conversation again, with the bot, and wakes a snoozed one.
_SET = """
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
"""

_TYPES = (
    bindparam("reply_context", type_=JSONB),
    bindparam("pause", type_=Interval),
    bindparam("answerable", type_=Boolean),
    bindparam("pull", type_=Boolean),
)

_ADVANCE = text(
    f"UPDATE conversation SET {_SET} WHERE id = :conversation_id RETURNING last_seq AS seq, status",  # noqa: S608
).bindparams(*_TYPES)

# The common case in one statement. The conversation's row lock puts messages in order; a message
# that is already there advances nothing. Two deliveries of it at the same moment may leave a gap in
# the numbering and a wake-up without work, nothing else.
_APPEND = text(
    f"""
    WITH advanced AS (
        UPDATE conversation SET {_SET}
        WHERE account_id = :account_id AND key = :key AND NOT EXISTS (
            SELECT FROM message
            WHERE account_id = :account_id AND event_id = :event_id AND revision = :revision)
        RETURNING id, last_seq, status
    ), stored AS (
        INSERT INTO message (conversation_id, account_id, seq, author, kind, event_id, revision,
            content, metadata, settled, platform_at)
        SELECT id, :account_id, last_seq, 'contact', :kind, :event_id, :revision,
            :content, :metadata, 'waiting', :platform_at
        FROM advanced
        ON CONFLICT (account_id, event_id, revision) DO NOTHING
        RETURNING id
    )
    SELECT stored.id AS message_id, advanced.id AS conversation_id, advanced.status FROM stored, advanced
    """,  # noqa: S608 - put together from constants of this file
).bindparams(
    *_TYPES,
    bindparam("account_id", type_=BigInteger),
    bindparam("key", type_=Text),
    bindparam("event_id", type_=Text),
    bindparam("kind", type_=Text),
    bindparam("revision", type_=BigInteger),
    bindparam("content", type_=JSONB),
    bindparam("metadata", type_=JSONB),
    bindparam("platform_at", type_=DateTime(timezone=True)),
)


async def append_inbound(
    connection: AnyConnection,
    account_id: int,
    event: InboundEvent,
    *,
    pull: bool,
    pause: timedelta,
) -> tuple[int, int, Status] | None:
    """Store a message that wants an answer, in a conversation already known.

    Returns (message id, conversation id, who holds it now); None when the conversation is new or the
    message is not: then `open_conversation` and `find_event` know more.
    """
    values = {
        "answerable": True,
        "reply_context": dict(event.reply_context),
        "pull": pull,
        "pause": pause,
        "account_id": account_id,
        "key": event.conversation_key,
        "event_id": event.event_id,
        "revision": event.revision,
        "kind": event.kind.value,
        "content": dump_content(event.content),
        "metadata": dict(event.metadata),
        "platform_at": event.platform_at,
    }
    row = (await connection.execute(_APPEND, values)).one_or_none()
    return (row.message_id, row.conversation_id, Status(row.status)) if row else None


async def advance_inbound(
    connection: AnyConnection,
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
