"""Conversations begin: contact, handle and conversation by their first message, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncpg import UniqueViolationError
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.storage.arrivals import ARRIVAL_COLUMNS, dump_arrival, to_stored
from bot.storage.erased_ids import digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.storage.arrivals import Arrival, Stored
    from bot.storage.database import AnyConnection

# First messages of different conversations, all or nothing. Where two transactions, or two rows of one,
# meet the same new contact or conversation, the unique indexes let the statement fail: then nothing that
# it was about to make is made. Ids of contacts are drawn first, because nothing else tells them apart.
_BEGIN = text(
    f"""
    WITH given AS MATERIALIZED (
        SELECT g.*, h.contact_id AS known_id,
            coalesce(h.contact_id, nextval(pg_get_serial_sequence('contact', 'id'))) AS contact_id
        FROM jsonb_to_recordset(:arrivals) AS g ({ARRIVAL_COLUMNS},
            native_id text, name text, locale text, username text, surface text)
        LEFT JOIN handle h ON h.account_id = g.account AND h.native_id = g.native_id
        WHERE NOT EXISTS (
            SELECT FROM conversation c WHERE c.account_id = g.account AND c.key = g.thread)
            AND (
                SELECT m.id FROM message m
                WHERE m.account_id = g.account AND m.event_id = {digest_of("g.event_id")}
                LIMIT 1) IS NULL
    ), made AS (
        INSERT INTO contact (id, name, locale) OVERRIDING SYSTEM VALUE
        SELECT contact_id, name, locale FROM given WHERE known_id IS NULL
    ), tied AS (
        INSERT INTO handle (account_id, native_id, contact_id, name, username)
        SELECT account, native_id, contact_id, name, username FROM given WHERE known_id IS NULL
    ), opened AS (
        INSERT INTO conversation (account_id, key, contact_id, surface, last_message_at, last_seq,
            inbound_seq, reply_context, pull, answer_due_at,
            answer_token, answer_attempts, answer_leased_until)
        SELECT account, thread, contact_id, surface, now(), 1,
            1, address, pulls, now() + make_interval(secs => pause),
            (lease IS NOT NULL)::int, (lease IS NOT NULL)::int,
            clock_timestamp() + make_interval(secs => lease)
        FROM given
        RETURNING id, account_id, key, status, answer_token, answer_attempts, answer_leased_until
    ), stored AS (
        INSERT INTO message (conversation_id, account_id, seq, author, kind, event_id, revision,
            content, metadata, settled, platform_at)
        SELECT opened.id, account, 1, 'contact', kind, event_id, revision,
            content, metadata, 'waiting', platform_at
        FROM given JOIN opened ON opened.account_id = given.account AND opened.key = given.thread
        RETURNING id, conversation_id, created_at
    )
    SELECT number, stored.id AS message_id, stored.created_at, opened.id AS conversation_id, status,
        1 AS last_seq, lease IS NOT NULL AS free, FALSE AS resumed,
        answer_token, answer_attempts, answer_leased_until, TRUE AS whole, NULL AS tracker
    FROM given
    JOIN opened ON opened.account_id = given.account AND opened.key = given.thread
    JOIN stored ON stored.conversation_id = opened.id
    """,  # noqa: S608 - put together from constants
).bindparams(bindparam("arrivals", type_=JSONB))


async def begin_with_inbound(connection: AnyConnection, arrival: Arrival) -> Stored | None:
    """Open a conversation, with handle and contact as far as they are new, by its first message.

    None when conversation or message is there already, or its writer was erased since. Not for use inside
    a transaction: where somebody is opening it at this moment, the statement fails.
    """
    try:
        return (await begin_many(connection, [arrival]))[0]
    except UniqueViolationError:
        return None


async def begin_many(connection: AnyConnection, arrivals: Sequence[Arrival]) -> list[Stored | None]:
    """Open different conversations as `begin_with_inbound` does one, in one commit.

    Raises `UniqueViolationError` where one of them, its contact or its message is there by now, or twice
    among these: nothing was stored then, and each can be tried alone.
    """
    dumped = [_dump(number, arrival) for number, arrival in enumerate(arrivals)]
    rows = (await connection.execute(_BEGIN, {"arrivals": dumped})).all()
    found = {row.number: row for row in rows}
    return [
        to_stored(found[number], arrival) if number in found else None
        for number, arrival in enumerate(arrivals)
    ]


def _dump(number: int, arrival: Arrival) -> dict[str, object]:
    event = arrival.event
    return {
        **dump_arrival(number, arrival),
        "native_id": event.sender.native_id,
        "name": event.sender.name,
        "locale": event.sender.locale,
        "username": event.sender.username,
        "surface": event.surface.value,
    }
