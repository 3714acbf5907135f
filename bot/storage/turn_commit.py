"""Committing a turn: all that it leaves, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain.conversation import Status
from bot.domain.message import Author, Kind, Message
from bot.domain.reminder import ReminderChanges
from bot.errors import LeaseLost
from bot.storage import cases, handoffs, proposals, reminders, timers
from bot.storage.content import dump_content, load_content
from bot.storage.json_text import dump_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import TextClause

    from bot.domain.conversation import Lease
    from bot.domain.handoff import HandoffRequest
    from bot.domain.json import JsonObject
    from bot.domain.message import Content, Settled
    from bot.domain.understanding import Understanding
    from bot.storage.database import AnyConnection
    from bot.storage.direct import Direct
    from bot.storage.rows import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A place in the human queue, and the timer that watches its deadline."""

    request: HandoffRequest
    deadline_at: datetime
    timer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """What stands for messages in a turn that none began.

    `turn_id` is drawn from their ids. Everything up to `inbound_seq` stood there when it was claimed.
    `holders` are who may hold the conversation when it is committed.
    """

    turn_id: int
    inbound_seq: int
    holders: frozenset[Status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A turn as it is stored. `status` is who holds the conversation afterwards; None: who holds it now.

    `settled`: what becomes of the messages `taken`, of which the last gives the turn its id. `unsure`:
    what of them was not understood, for trainers. A turn that no message began has `unasked` in their
    place. `collected`: whoever called for the turn reads its replies, wherever others go. `reminders`:
    what becomes of the conversation's. `link`: a public thread is moved to a private one, in these words.
    """

    taken: tuple[Message, ...]
    settled: Settled
    status: Status | None
    replies: tuple[Content, ...]
    tracker: JsonObject
    events: tuple[JsonObject, ...]
    handoff: Entry | None = None
    unsure: tuple[tuple[Message, Understanding], ...] = ()
    unasked: Unasked | None = None
    collected: bool = False
    reminders: ReminderChanges = field(default_factory=ReminderChanges)
    link: cases.NewLink | None = None

    @property
    def answered_seq(self) -> int:
        """The place of the last entry of the stream that this turn knows of."""
        return self.unasked.inbound_seq if self.unasked else self.taken[-1].seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a commit made: the replies in order. `more`: further messages wait for a turn.

    `unread`: ids of what the contact's side had not fetched before; None where it fetches nothing.
    """

    replies: tuple[Message, ...]
    more: bool
    unread: tuple[int, ...] | None

    @property
    def reply_ids(self) -> tuple[int, ...]:
        """The ids of the replies in order."""
        return tuple(message.id for message in self.replies)


_BOT_ONLY = frozenset({Status.BOT})

# One statement, so that a turn costs one round trip, and turns of several conversations cost hardly more.
# `mine` is the fence: it locks the row and finds it only while the lease is ours and no person took the
# conversation; everything else hangs on it. Whether more is due is decided by the row's own columns, which
# are re-read under the lock.
_GIVEN = """
    WITH given AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(:turns) AS g (
            conversation_id bigint, token bigint, turn_id bigint, answered_seq bigint, taken bigint[],
            settled text, status text, holders text[], collected boolean, replies jsonb, tracker jsonb,
            events jsonb)
    ), mine AS (
        SELECT c.id, c.account_id, c.last_seq, c.pull OR given.collected AS pull, given.turn_id,
            given.answered_seq, given.taken, given.settled, given.status AS new_status, given.replies,
            given.tracker, given.events
        FROM given JOIN conversation c ON c.id = given.conversation_id
        WHERE c.answer_token = given.token AND c.status = ANY(given.holders)
        FOR UPDATE OF c
"""
_HEAD = """
    ), settled AS (
        UPDATE message SET settled = mine.settled, turn_id = mine.turn_id
        FROM mine WHERE message.id = ANY(mine.taken)
    ), said AS (
        INSERT INTO message (conversation_id, account_id, seq, author, kind, content, turn_id)
        SELECT mine.id, mine.account_id, mine.last_seq + n, 'bot', 'text', content, mine.turn_id
        FROM mine, jsonb_array_elements(mine.replies) WITH ORDINALITY AS t(content, n) ORDER BY mine.id, n
        RETURNING id, conversation_id
    ), queued AS (
        INSERT INTO outbox (message_id, conversation_id, pull)
        SELECT said.id, mine.id, mine.pull FROM said JOIN mine ON mine.id = said.conversation_id
    ), remembered AS (
        INSERT INTO tracker (conversation_id, state, updated_at) SELECT id, tracker, now() FROM mine
        ON CONFLICT (conversation_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
    ), logged AS (
        INSERT INTO turn (conversation_id, id, events) SELECT id, turn_id, events FROM mine
    )
"""
_TAIL = """
    UPDATE conversation c SET
        status = coalesce(new_status, c.status),
        answer_leased_until = NULL,
        answer_attempts = 0,
        resumed = FALSE,
        answer_due_at = CASE
            WHEN coalesce(new_status, c.status) <> 'bot' OR c.inbound_seq <= answered_seq THEN NULL
            ELSE clock_timestamp() END,
        last_seq = c.last_seq + jsonb_array_length(replies),
        last_message_at = CASE WHEN jsonb_array_length(replies) > 0 THEN now() ELSE c.last_message_at END,
        outbound_id = greatest(c.outbound_id, (SELECT max(id) FROM said WHERE conversation_id = c.id)),
        deliver_due_at = CASE
            WHEN mine.pull OR jsonb_array_length(replies) = 0 THEN c.deliver_due_at
            ELSE coalesce(c.deliver_due_at, clock_timestamp()) END
    FROM mine WHERE c.id = mine.id
    RETURNING c.id AS conversation_id, c.answer_due_at IS NOT NULL AS more,
        (SELECT array_agg(id ORDER BY id) FROM said WHERE conversation_id = c.id) AS reply_ids,
        c.last_seq, now() AS said_at, CASE WHEN mine.pull THEN ARRAY(
            SELECT o.message_id FROM outbox o
            WHERE o.conversation_id = c.id AND o.state = 'pending' AND o.pull) END AS unread
"""
# What few turns leave: a place in the queue, timers, what a trainer should see.
_MORE = f"""
    , cancelled AS ({reminders.CANCEL_MANY}), timed AS ({timers.SET_MANY})
    , promised AS ({handoffs.OPEN_MANY}), proposed AS ({proposals.PROPOSE_MANY})
    , linked AS ({cases.LINK_MANY}), reminded AS ({cases.REMIND_MANY})
"""


def _statement(sql: str, *names: str) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=JSONB) for name in ("turns", *names)))


_COMMIT = _statement(_GIVEN + _HEAD + _TAIL)
_COMMIT_FREE = _statement(_GIVEN + "SKIP LOCKED" + _HEAD + _TAIL)
_COMMIT_MORE = _statement(
    _GIVEN + _HEAD + _MORE + _TAIL, "timers", "cancelled", "handoffs", "proposals", "links"
)


def is_plain(outcome: Outcome) -> bool:
    """Tell whether a turn leaves nothing but words and what is remembered."""
    return not (outcome.handoff or outcome.unsure or outcome.reminders or outcome.link)


async def commit_turn(connection: AnyConnection, lease: Lease, outcome: Outcome) -> Stored:
    """Store a turn: replies, outbox, tracker, events, ledger, handoff, proposals; and give the lease back.

    Raises `LeaseLost` when a person took the conversation or another worker has it: nothing is
    stored then.
    """
    turn = _dump_turn(lease, outcome)
    statement, values = _COMMIT, dict[str, object](turns=[turn])
    if not is_plain(outcome):
        statement, values = _COMMIT_MORE, values | _more_values(outcome)
    row = (await connection.execute(statement, values)).one_or_none()
    if row is None:
        raise LeaseLost("the conversation moved on while it was being answered")
    return _to_stored(row, turn)


async def commit_plain_turns(
    connection: Direct, turns: Sequence[tuple[Lease, Outcome]]
) -> list[Stored | None]:
    """Store plain turns of different conversations in one commit, without waiting for any.

    None for one whose row somebody else has at this moment, or whose lease is lost: `commit_turn` tells.
    """
    dumped = [_dump_turn(lease, outcome) for lease, outcome in turns]
    rows = (await connection.execute(_COMMIT_FREE, {"turns": dumped})).all()
    found = {row.conversation_id: row for row in rows}
    return [
        _to_stored(found[turn["conversation_id"]], turn) if turn["conversation_id"] in found else None
        for turn in dumped
    ]


def _dump_turn(lease: Lease, outcome: Outcome) -> dict[str, Any]:
    unasked = outcome.unasked
    holders = unasked.holders if unasked else _BOT_ONLY
    return {
        "conversation_id": lease.conversation_id,
        "token": lease.token,
        "turn_id": unasked.turn_id if unasked else outcome.taken[-1].id,
        "answered_seq": outcome.answered_seq,
        "taken": [message.id for message in outcome.taken],
        "settled": outcome.settled.value,
        "status": outcome.status.value if outcome.status else None,
        "holders": [holder.value for holder in holders],
        "collected": outcome.collected,
        "replies": [dump_content(content) for content in outcome.replies],
        "tracker": dict(outcome.tracker),
        "events": [dict(each) for each in outcome.events],
    }


def _to_stored(row: AnyRow, turn: dict[str, Any]) -> Stored:
    unread = None if row.unread is None else tuple(row.unread)
    return Stored(replies=_to_replies(row, turn), more=row.more, unread=unread)


def _to_replies(row: AnyRow, turn: dict[str, Any]) -> tuple[Message, ...]:
    """Return what was said as whoever reads it from the table would find it."""
    ids, contents = row.reply_ids or (), orjson.loads(dump_json(turn["replies"]))
    return tuple(
        Message(
            id=reply_id,
            conversation_id=row.conversation_id,
            seq=row.last_seq - len(ids) + number,
            author=Author.BOT,
            kind=Kind.TEXT,
            content=load_content(content),
            created_at=row.said_at,
        )
        for number, (reply_id, content) in enumerate(zip(ids, contents, strict=True), 1)
    )


def _more_values(outcome: Outcome) -> dict[str, object]:
    entry = outcome.handoff
    watch = [{"kind": entry.timer, "due_at": entry.deadline_at.isoformat()}] if entry else []
    after_seq = None if outcome.unasked else outcome.answered_seq
    set_now = [reminders.dump_reminder(each, after_seq) for each in outcome.reminders.kept]
    return {
        "timers": [*watch, *set_now],
        "cancelled": [dict(pattern) for pattern in outcome.reminders.cancelled],
        "handoffs": [handoffs.dump_handoff(entry.request, entry.deadline_at)] if entry else [],
        "proposals": proposals.dump_unsure(outcome.unsure),
        "links": [cases.dump_link(outcome.link)] if outcome.link else [],
    }
