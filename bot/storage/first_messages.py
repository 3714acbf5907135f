"""A conversation begins: contact, handle and conversation by their first message, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncpg import UniqueViolationError
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Boolean, DateTime, Interval, Text

from bot.storage.arrivals import to_stored
from bot.storage.content import dump_content

if TYPE_CHECKING:
    from bot.storage.arrivals import Arrival, Stored
    from bot.storage.database import AnyConnection

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
            inbound_seq, reply_context, pull, answer_due_at,
            answer_token, answer_attempts, answer_leased_until)
        SELECT :account_id, :key, contact_id, :surface, now(), 1, 1, :reply_context, :pull, now() + :pause,
            CASE WHEN :lease IS NULL THEN 0 ELSE 1 END, CASE WHEN :lease IS NULL THEN 0 ELSE 1 END,
            clock_timestamp() + :lease
        FROM (SELECT contact_id FROM known UNION ALL SELECT contact_id FROM tied) whoever
        WHERE NOT EXISTS (SELECT FROM there)
        RETURNING id, status, answer_token, answer_attempts, answer_leased_until
    ), stored AS (
        INSERT INTO message (conversation_id, account_id, seq, author, kind, event_id, revision,
            content, metadata, settled, platform_at)
        SELECT id, :account_id, 1, 'contact', :kind, :event_id, :revision,
            :content, :metadata, 'waiting', :platform_at
        FROM opened
        RETURNING id, created_at
    )
    SELECT stored.id AS message_id, stored.created_at, opened.id AS conversation_id, status, 1 AS last_seq,
        CAST(:lease AS interval) IS NOT NULL AS free, FALSE AS resumed,
        answer_token, answer_attempts, answer_leased_until, TRUE AS whole, NULL AS tracker
    FROM stored, opened
    """,
).bindparams(
    bindparam("reply_context", type_=JSONB),
    bindparam("pause", type_=Interval),
    bindparam("pull", type_=Boolean),
    bindparam("lease", type_=Interval),
    bindparam("account_id", type_=BigInteger),
    bindparam("key", type_=Text),
    bindparam("event_id", type_=Text),
    bindparam("kind", type_=Text),
    bindparam("revision", type_=BigInteger),
    bindparam("content", type_=JSONB),
    bindparam("metadata", type_=JSONB),
    bindparam("platform_at", type_=DateTime(timezone=True)),
    *(bindparam(name, type_=Text) for name in ("native_id", "name", "locale", "username", "surface")),
)


async def begin_with_inbound(connection: AnyConnection, arrival: Arrival) -> Stored | None:
    """Open a conversation, with handle and contact as far as they are new, by its first message.

    None when conversation or message is there already. Not for use inside a transaction: where
    somebody is opening it at this moment, the statement fails.
    """
    event = arrival.event
    values = {
        "reply_context": dict(event.reply_context),
        "pull": arrival.pull,
        "pause": arrival.pause,
        "lease": arrival.lease,
        "account_id": arrival.account_id,
        "key": event.conversation_key,
        "event_id": event.event_id,
        "revision": event.revision,
        "kind": event.kind.value,
        "content": dump_content(event.content),
        "metadata": dict(event.metadata),
        "platform_at": event.platform_at,
        "native_id": event.sender.native_id,
        "name": event.sender.name,
        "locale": event.sender.locale,
        "username": event.sender.username,
        "surface": event.surface.value,
    }
    try:
        row = (await connection.execute(_BEGIN, values)).one_or_none()
    except UniqueViolationError:
        return None
    return to_stored(row, arrival) if row else None
