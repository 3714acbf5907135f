"""The row lock and counters that put a contact's messages in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Boolean, Interval

from bot.domain.conversation import Status
from bot.storage.arrivals import ARRIVAL_COLUMNS, Arrival, Stored, dump_arrival, to_stored
from bot.storage.erased_ids import digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy.sql.selectable import TextualSelect

    from bot.domain.json import JsonObject
    from bot.storage.database import AnyConnection
    from bot.storage.direct import Direct
    from bot.storage.rows import AnyRow

# A contact's word opens a resolved conversation again, with the bot, and wakes a snoozed one.
_SET = """
        last_seq = last_seq + 1,
        last_message_at = now(),
        reply_context = CASE WHEN {answerable} THEN {reply_context} ELSE reply_context END,
        pull = CASE WHEN {answerable} THEN {pull} ELSE pull END,
        status = CASE
            WHEN NOT {answerable} THEN status
            WHEN status = 'resolved' THEN 'bot'
            WHEN status = 'snoozed' THEN CASE WHEN staff_id IS NULL THEN 'queued' ELSE 'held' END
            ELSE status END,
        inbound_seq = CASE WHEN {answerable} THEN last_seq + 1 ELSE inbound_seq END,
        answer_due_at = CASE
            WHEN {answerable} AND status IN ('bot', 'resolved') THEN now() + {pause}
            ELSE answer_due_at END
"""

_SET_ONE = _SET.format(answerable=":answerable", reply_context=":reply_context", pull=":pull", pause=":pause")
_ADVANCE = text(
    f"""UPDATE conversation SET {_SET_ONE} WHERE id = :conversation_id AND erased_at IS NULL
    RETURNING last_seq AS seq, status""",  # noqa: S608 - constants of this file
).bindparams(
    bindparam("reply_context", type_=JSONB),
    bindparam("pause", type_=Interval),
    bindparam("pull", type_=Boolean),
    bindparam("answerable", type_=Boolean),
)

# The common case in one statement, for messages of different conversations. The conversation's row lock
# puts messages in order; a message that is already there advances nothing. Two deliveries of it at the same
# moment may leave a gap in the numbering and a wake-up without work, nothing else.
# What is older than its conversation may be of one that was erased, and is looked up. This and whether more
# waits are asked by a subquery of which one row is wanted: out of `EXISTS` a plan may make a table of all
# messages that wait, which reads every one that waited since the last vacuum.
# With `lease` (in seconds) the process that stores the message claims the turn as well, if nothing waits for
# one: `free` is read under the row's lock. The tracker is read as it stood when the statement began, since
# it does not see what the lock may have waited for: where the row moved meanwhile, or more waits for an
# answer than this message, `whole` is false and a later statement reads what the turn must know.
_SET_MANY = _SET.format(answerable="TRUE", reply_context="address", pull="pulls", pause="wait")
_GIVEN = f"""
    WITH given AS MATERIALIZED (
        SELECT g.*, make_interval(secs => pause) AS wait, make_interval(secs => lease) AS claim
        FROM jsonb_to_recordset(:arrivals) AS g ({ARRIVAL_COLUMNS})
    ), spot AS (
        SELECT c.id AS spot_id, c.ctid AS place, given.*, (given.lease IS NOT NULL
            AND c.status IN ('bot', 'resolved') AND c.answer_due_at IS NULL
            AND (c.answer_leased_until IS NULL OR c.answer_leased_until < clock_timestamp())) AS free
        FROM given JOIN conversation c ON c.account_id = given.account AND c.key = given.thread
        WHERE NOT EXISTS (
            SELECT FROM message m
            WHERE m.account_id = given.account AND m.event_id = given.event_id
                AND m.revision = given.revision)
            AND (given.platform_at IS NULL OR given.platform_at >= c.created_at OR (
                SELECT m.id FROM message m
                WHERE m.account_id = given.account AND m.event_id = {digest_of("given.event_id")}
                LIMIT 1) IS NULL)
        FOR UPDATE OF c
"""  # noqa: S608 - put together from constants
_STORE = f"""
    ), advanced AS (
        UPDATE conversation SET {_SET_MANY},
            answer_token = answer_token + CASE WHEN free THEN 1 ELSE 0 END,
            answer_attempts = answer_attempts + CASE WHEN free THEN 1 ELSE 0 END,
            answer_leased_until = CASE WHEN free THEN clock_timestamp() + claim ELSE answer_leased_until END
        FROM spot WHERE id = spot_id
        RETURNING spot.*, last_seq, status, resumed, answer_token, answer_attempts, answer_leased_until
    ), stored AS (
        INSERT INTO message (conversation_id, account_id, seq, author, kind, event_id, revision,
            content, metadata, settled, platform_at)
        SELECT spot_id, account, last_seq, 'contact', kind, event_id, revision,
            content, metadata, 'waiting', platform_at
        FROM advanced
        ON CONFLICT (account_id, event_id, revision) DO NOTHING
        RETURNING id, conversation_id, created_at
    )
    SELECT given.number, before.id IS NOT NULL AS known, stored.id AS message_id, stored.created_at,
        stored.conversation_id, advanced.status, advanced.last_seq, advanced.free, advanced.resumed,
        advanced.answer_token, advanced.answer_attempts, advanced.answer_leased_until,
        before.ctid = advanced.place AND (
            SELECT m.id FROM message m
            WHERE m.conversation_id = before.id AND m.settled = 'waiting' AND m.turn_id IS NULL
            LIMIT 1) IS NULL AS whole, tracker.state AS tracker
    FROM given
    LEFT JOIN conversation before ON before.account_id = given.account AND before.key = given.thread
    LEFT JOIN (advanced JOIN stored ON stored.conversation_id = advanced.spot_id)
        ON advanced.number = given.number
    LEFT JOIN tracker ON advanced.free AND tracker.conversation_id = before.id
"""  # noqa: S608 - put together from constants of this file


def _append(locking: str) -> TextualSelect:
    arrivals = bindparam("arrivals", type_=JSONB)
    return text(_GIVEN + locking + _STORE).bindparams(arrivals).columns(tracker=JSONB)


_APPEND = _append("")
_APPEND_FREE = _append("SKIP LOCKED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of storing a message beside others: None where it was not; is its conversation `known`?"""

    stored: Stored | None
    known: bool


async def append_inbound(connection: AnyConnection, arrival: Arrival) -> Stored | None:
    """Store a message that wants an answer, in a conversation already known.

    None when the conversation is new or the message is not: then `begin_with_inbound` and
    `find_event` know more.
    """
    row = (await connection.execute(_APPEND, {"arrivals": [dump_arrival(0, arrival)]})).one()
    return _to_attempt(row, arrival).stored


async def append_free(connection: Direct, arrivals: Sequence[Arrival]) -> list[Attempt]:
    """Store messages of different conversations in one commit, without waiting for any.

    Those whose row somebody else has at this moment are left alone: `append_inbound` waits for it.
    """
    dumped = [dump_arrival(number, arrival) for number, arrival in enumerate(arrivals)]
    rows = (await connection.execute(_APPEND_FREE, {"arrivals": dumped})).all()
    found = {row.number: row for row in rows}
    return [_to_attempt(found[number], arrival) for number, arrival in enumerate(arrivals)]


def _to_attempt(row: AnyRow, arrival: Arrival) -> Attempt:
    stored = None if row.message_id is None else to_stored(row, arrival)
    return Attempt(stored=stored, known=row.known)


async def advance_inbound(
    connection: AnyConnection,
    conversation_id: int,
    *,
    answerable: bool,
    reply_context: JsonObject,
    pull: bool,
    pause: timedelta,
) -> tuple[int, Status] | None:
    """Lock the conversation, give the new event its place; returns (seq, who holds it now).

    An `answerable` event makes an answer due after `pause`: the writer may still be typing. None when its
    contact was erased at this moment: what they say now begins anew.
    """
    values = {
        "conversation_id": conversation_id,
        "answerable": answerable,
        "reply_context": dict(reply_context),
        "pull": pull,
        "pause": pause,
    }
    row = (await connection.execute(_ADVANCE, values)).one_or_none()
    return None if row is None else (row.seq, Status(row.status))
