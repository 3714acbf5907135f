"""The row lock and counters that put a contact's messages in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from asyncpg import UniqueViolationError
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Boolean, DateTime, Interval, Text

from bot.domain.conversation import Lease, Status
from bot.domain.message import Author, Message, Settled
from bot.storage.content import dump_content, load_content
from bot.storage.json_text import dump_json
from bot.storage.turns import Right, to_claim

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import TextClause
    from sqlalchemy.sql.selectable import TextualSelect

    from bot.connector import InboundEvent
    from bot.domain.json import JsonObject
    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow

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
_LEASE = bindparam("lease", type_=Interval)
_ANSWERABLE = bindparam("answerable", type_=Boolean)
_TYPES_OF_A_MESSAGE = (
    *_TYPES,
    _LEASE,
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
# With `lease` the process that stores the message claims the turn as well, if nothing waits for one:
# `free` is read under the row's lock. The tracker is read as it stood when the statement began, since
# it does not see what the lock may have waited for: where the row moved meanwhile, or more waits for an
# answer than this message, `whole` is false and a later statement reads what the turn must know.
_APPEND = (
    text(
        f"""
    WITH spot AS (
        SELECT id AS spot_id, ctid AS place, (CAST(:lease AS interval) IS NOT NULL
            AND status IN ('bot', 'resolved') AND answer_due_at IS NULL
            AND (answer_leased_until IS NULL OR answer_leased_until < clock_timestamp())) AS free
        FROM conversation WHERE account_id = :account_id AND key = :key AND NOT EXISTS (
            SELECT FROM message
            WHERE account_id = :account_id AND event_id = :event_id AND revision = :revision)
        FOR UPDATE
    ), advanced AS (
        UPDATE conversation SET {_SET},
            answer_token = answer_token + CASE WHEN free THEN 1 ELSE 0 END,
            answer_attempts = answer_attempts + CASE WHEN free THEN 1 ELSE 0 END,
            answer_leased_until = CASE WHEN free THEN clock_timestamp() + :lease ELSE answer_leased_until END
        FROM spot WHERE id = spot_id
        RETURNING id, last_seq, status, place, free, resumed,
            answer_token, answer_attempts, answer_leased_until
    ), stored AS (
        INSERT INTO message (conversation_id, account_id, seq, author, kind, event_id, revision,
            content, metadata, settled, platform_at)
        SELECT id, :account_id, last_seq, 'contact', :kind, :event_id, :revision,
            :content, :metadata, 'waiting', :platform_at
        FROM advanced
        ON CONFLICT (account_id, event_id, revision) DO NOTHING
        RETURNING id, created_at
    )
    SELECT stored.id AS message_id, stored.created_at, advanced.id AS conversation_id, advanced.status,
        advanced.last_seq, free, advanced.resumed, advanced.answer_token, advanced.answer_attempts,
        advanced.answer_leased_until, before.ctid = place AND NOT EXISTS (
            SELECT FROM message m
            WHERE m.conversation_id = advanced.id AND m.settled = 'waiting' AND m.turn_id IS NULL
        ) AS whole, tracker.state AS tracker
    FROM stored, advanced JOIN conversation before ON before.id = advanced.id
    LEFT JOIN tracker ON free AND tracker.conversation_id = advanced.id
    """,  # noqa: S608 - put together from constants of this file
    )
    .bindparams(*_TYPES_OF_A_MESSAGE, _ANSWERABLE)
    .columns(tracker=JSONB)
)

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
    *_TYPES_OF_A_MESSAGE,
    *(bindparam(name, type_=Text) for name in ("native_id", "name", "locale", "username", "surface")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How a message arrives. `pull`: the contact's own side fetches the replies.

    `pause`: how long to wait for more words of the same person before an answer is due. `lease`:
    claim the turn for so long, if it may begin at once; None leaves it to whoever is free.
    """

    account_id: int
    event: InboundEvent
    pull: bool
    pause: timedelta
    lease: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Where a message went, who holds the conversation now, and the right to answer it if it was claimed.

    The right is a `Claim` where nothing else need be read.
    """

    message_id: int
    conversation_id: int
    status: Status
    right: Right | None


async def append_inbound(connection: AnyConnection, arrival: Arrival) -> Stored | None:
    """Store a message that wants an answer, in a conversation already known.

    None when the conversation is new or the message is not: then `begin_with_inbound` and
    `find_event` know more.
    """
    return await _store(connection, _APPEND, arrival, _message_values(arrival))


async def begin_with_inbound(connection: AnyConnection, arrival: Arrival) -> Stored | None:
    """Open a conversation, with handle and contact as far as they are new, by its first message.

    None when conversation or message is there already. Not for use inside a transaction: where
    somebody is opening it at this moment, the statement fails.
    """
    sender = arrival.event.sender
    values = {
        **_message_values(arrival),
        "native_id": sender.native_id,
        "name": sender.name,
        "locale": sender.locale,
        "username": sender.username,
        "surface": arrival.event.surface.value,
    }
    try:
        return await _store(connection, _BEGIN, arrival, values)
    except UniqueViolationError:
        return None


def _message_values(arrival: Arrival) -> dict[str, Any]:
    event = arrival.event
    return {
        "answerable": True,
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
    }


async def _store(
    connection: AnyConnection, statement: TextClause | TextualSelect, arrival: Arrival, values: dict[str, Any]
) -> Stored | None:
    row = (await connection.execute(statement, values)).one_or_none()
    if row is None:
        return None
    return Stored(
        message_id=row.message_id,
        conversation_id=row.conversation_id,
        status=Status(row.status),
        right=_to_right(row, arrival) if row.free else None,
    )


def _to_right(row: AnyRow, arrival: Arrival) -> Right:
    event = arrival.event
    right = Right(
        lease=Lease(
            conversation_id=row.conversation_id, token=row.answer_token, expires_at=row.answer_leased_until
        ),
        account_id=arrival.account_id,
        channel=event.channel,
        account=event.account,
        key=event.conversation_key,
        pull=arrival.pull,
        resumed=row.resumed,
        attempts=row.answer_attempts,
        inbound_seq=row.last_seq,
    )
    return to_claim(right, (_to_message(row, event),), row.tracker) if row.whole else right


def _to_message(row: AnyRow, event: InboundEvent) -> Message:
    """Return a message as whoever reads it from the table would find it."""
    return Message(
        id=row.message_id,
        conversation_id=row.conversation_id,
        seq=row.last_seq,
        author=Author.CONTACT,
        kind=event.kind,
        content=load_content(_as_stored(dump_content(event.content))),
        created_at=row.created_at,
        settled=Settled.WAITING,
        metadata=_as_stored(dict(event.metadata)),
    )


def _as_stored(value: dict[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = orjson.loads(dump_json(value))
    return stored


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
