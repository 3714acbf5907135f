"""The row lock and counters that put a contact's messages in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncpg import UniqueViolationError
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Boolean, DateTime, Interval, Text

from bot.domain.conversation import Status
from bot.storage.content import dump_content

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import TextClause

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
    bindparam("pull", type_=Boolean),
)
_ANSWERABLE = bindparam("answerable", type_=Boolean)
_TYPES_OF_A_MESSAGE = (
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

_ADVANCE = text(
    f"UPDATE conversation SET {_SET} WHERE id = :conversation_id RETURNING last_seq AS seq, status",  # noqa: S608
).bindparams(*_TYPES, _ANSWERABLE)

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
).bindparams(*_TYPES_OF_A_MESSAGE, _ANSWERABLE)

# A conversation's first message, all or nothing. Where two transactions meet the same new contact,
# the unique indexes let the second one fail: then everything it was about to make is not made.
_BEGIN = text(
    """
    WITH there AS (
        SELECT FROM conversation WHERE account_id = :account_id AND key = :key
    ), known AS (
        SELECT contact_id FROM handle WHERE account_id = :account_id AND native_id = :native_id
    ), made AS (
        INSERT INTO contact (name, locale) SELECT :name, :locale
        WHERE NOT EXISTS (SELECT FROM there) AND NOT EXISTS (SELECT FROM known)
        RETURNING id
    ), tied AS (
        INSERT INTO handle (account_id, native_id, contact_id, name, username)
        SELECT :account_id, :native_id, id, :name, :username FROM made RETURNING contact_id
    ), opened AS (
        INSERT INTO conversation (account_id, key, contact_id, surface, last_message_at, last_seq,
            inbound_seq, reply_context, pull, answer_due_at)
        SELECT :account_id, :key, contact_id, :surface, now(), 1, 1, :reply_context, :pull, now() + :pause
        FROM (SELECT contact_id FROM known UNION ALL SELECT contact_id FROM tied) whoever
        WHERE NOT EXISTS (SELECT FROM there)
        RETURNING id, status
    )
    INSERT INTO message (conversation_id, account_id, seq, author, kind, event_id, revision,
        content, metadata, settled, platform_at)
    SELECT id, :account_id, 1, 'contact', :kind, :event_id, :revision,
        :content, :metadata, 'waiting', :platform_at
    FROM opened
    RETURNING id AS message_id, conversation_id, (SELECT status FROM opened) AS status
    """,
).bindparams(
    *_TYPES_OF_A_MESSAGE,
    *(bindparam(name, type_=Text) for name in ("native_id", "name", "locale", "username", "surface")),
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
    message is not: then `begin_with_inbound` and `find_event` know more.
    """
    return await _store(connection, _APPEND, _message_values(account_id, event, pull=pull, pause=pause))


async def begin_with_inbound(
    connection: AnyConnection,
    account_id: int,
    event: InboundEvent,
    *,
    pull: bool,
    pause: timedelta,
) -> tuple[int, int, Status] | None:
    """Open a conversation, with handle and contact as far as they are new, by its first message.

    Returns as `append_inbound` does; None when conversation or message is there already. Not for use
    inside a transaction: where somebody is opening it at this moment, the statement fails.
    """
    values = {
        **_message_values(account_id, event, pull=pull, pause=pause),
        "native_id": event.sender.native_id,
        "name": event.sender.name,
        "locale": event.sender.locale,
        "username": event.sender.username,
        "surface": event.surface.value,
    }
    try:
        return await _store(connection, _BEGIN, values)
    except UniqueViolationError:
        return None


def _message_values(account_id: int, event: InboundEvent, *, pull: bool, pause: timedelta) -> dict[str, Any]:
    return {
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


async def _store(
    connection: AnyConnection, statement: TextClause, values: dict[str, Any]
) -> tuple[int, int, Status] | None:
    row = (await connection.execute(statement, values)).one_or_none()
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
