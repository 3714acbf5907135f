"""Answering: claim a conversation with a lease, commit its turn only while the lease is ours."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import BigInteger, Interval, Text

from bot.domain.conversation import Lease, Status
from bot.domain.message import Author, Kind, Message, Settled
from bot.errors import LeaseLost
from bot.storage.content import dump_content, load_content

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.json import JsonObject
    from bot.domain.message import Content
    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The right to answer a conversation, until the lease runs out.

    `inbound_seq`: everything up to it stood in the conversation when it was claimed.
    """

    lease: Lease
    account_id: int
    channel: str
    account: str
    key: str
    pull: bool
    resumed: bool
    attempts: int
    inbound_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Right):
    """What a worker needs to answer: the right, the waiting messages oldest first, the tracker."""

    messages: tuple[Message, ...]
    tracker: JsonObject | None


# The clock is the database's: machines disagree about time, leases must not.
_CLAIM = text(
    """
    UPDATE conversation c SET
        answer_token = c.answer_token + 1,
        answer_leased_until = clock_timestamp() + :lease,
        answer_attempts = c.answer_attempts + 1
    FROM account a
    WHERE c.id = :conversation_id AND a.id = c.account_id
        AND c.status = 'bot'
        AND c.answer_due_at <= clock_timestamp()
        AND (c.answer_leased_until IS NULL OR c.answer_leased_until < clock_timestamp())
    RETURNING c.id, c.account_id, a.channel, a.name AS account, c.key, c.pull, c.resumed,
        c.answer_token, c.answer_leased_until, c.answer_attempts, c.inbound_seq
    """,
).bindparams(bindparam("lease", type_=Interval))

# A statement of its own, after the claim: only so does it see what the claim may have waited for.
_LOAD = text(
    """
    SELECT t.state AS tracker, w.id, w.seq, w.kind, w.content, w.created_at, w.metadata
    FROM (SELECT CAST(:conversation_id AS bigint) AS id) c
    LEFT JOIN tracker t ON t.conversation_id = c.id
    LEFT JOIN LATERAL (
        SELECT m.* FROM message m
        WHERE m.conversation_id = c.id AND m.settled = 'waiting' AND m.turn_id IS NULL
        ORDER BY m.seq LIMIT :most) w ON TRUE
    ORDER BY w.seq
    """,
).columns(tracker=JSONB, content=JSONB, metadata=JSONB)


async def claim_turn(
    connection: AnyConnection,
    conversation_id: int,
    *,
    lease: timedelta,
    most: int = 20,
) -> Claim | None:
    """Take the right to answer a conversation; None when nothing is due or somebody else has it."""
    values = {"conversation_id": conversation_id, "lease": lease}
    row = (await connection.execute(_CLAIM, values)).one_or_none()
    if row is None:
        return None
    right = Right(
        lease=Lease(conversation_id=row.id, token=row.answer_token, expires_at=row.answer_leased_until),
        account_id=row.account_id,
        channel=row.channel,
        account=row.account,
        key=row.key,
        pull=row.pull,
        resumed=row.resumed,
        attempts=row.answer_attempts,
        inbound_seq=row.inbound_seq,
    )
    return await load_turn(connection, right, most=most)


async def load_turn(connection: AnyConnection, right: Right, *, most: int = 20) -> Claim:
    """Read what whoever has the right to answer must know."""
    conversation_id = right.lease.conversation_id
    rows = (await connection.execute(_LOAD, {"conversation_id": conversation_id, "most": most})).all()
    return Claim(
        **{each.name: getattr(right, each.name) for each in fields(Right)},
        messages=tuple(_to_message(each, conversation_id) for each in rows if each.id is not None),
        tracker=rows[0].tracker,
    )


def _to_message(row: AnyRow, conversation_id: int) -> Message:
    return Message(
        id=row.id,
        conversation_id=conversation_id,
        seq=row.seq,
        author=Author.CONTACT,
        kind=Kind(row.kind),
        content=load_content(row.content),
        created_at=row.created_at,
        settled=Settled.WAITING,
        metadata=row.metadata,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A turn as it is stored. `status` is who holds the conversation afterwards.

    `settled`: what becomes of the messages `taken`, of which the last gives the turn its id.
    """

    taken: tuple[Message, ...]
    settled: Settled
    status: Status
    replies: tuple[Content, ...]
    tracker: JsonObject
    events: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a commit made: ids of the replies in order. `more`: further messages wait for a turn."""

    reply_ids: tuple[int, ...]
    more: bool


# One statement, so that a turn costs one round trip. `mine` is the fence: it locks the row and finds
# it only while the lease is ours and no person took the conversation; everything else hangs on it.
# Whether more is due is decided by the row's own columns, which are re-read under the lock.
_COMMIT = text(
    """
    WITH mine AS (
        SELECT id, account_id, last_seq, pull FROM conversation
        WHERE id = :conversation_id AND answer_token = :token AND status = 'bot'
        FOR UPDATE
    ), settled AS (
        UPDATE message SET settled = :settled, turn_id = :turn_id FROM mine WHERE message.id = ANY(:taken)
    ), said AS (
        INSERT INTO message (conversation_id, account_id, seq, author, kind, content, turn_id)
        SELECT mine.id, mine.account_id, mine.last_seq + n, 'bot', 'text', content, :turn_id
        FROM mine, jsonb_array_elements(:replies) WITH ORDINALITY AS t(content, n) ORDER BY n
        RETURNING id
    ), queued AS (
        INSERT INTO outbox (message_id, conversation_id, pull)
        SELECT said.id, mine.id, mine.pull FROM said, mine
    ), remembered AS (
        INSERT INTO tracker (conversation_id, state, updated_at) SELECT id, :tracker, now() FROM mine
        ON CONFLICT (conversation_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
    ), logged AS (
        INSERT INTO turn (conversation_id, id, events) SELECT id, :turn_id, :events FROM mine
    )
    UPDATE conversation c SET
        status = :status,
        answer_leased_until = NULL,
        answer_attempts = 0,
        resumed = FALSE,
        answer_due_at = CASE
            WHEN :status = 'bot' AND c.inbound_seq > :answered_seq THEN clock_timestamp()
            ELSE NULL END,
        last_seq = c.last_seq + jsonb_array_length(:replies),
        last_message_at = CASE WHEN jsonb_array_length(:replies) > 0 THEN now() ELSE c.last_message_at END,
        outbound_id = greatest(c.outbound_id, (SELECT max(id) FROM said)),
        deliver_due_at = CASE
            WHEN c.pull OR jsonb_array_length(:replies) = 0 THEN c.deliver_due_at
            ELSE coalesce(c.deliver_due_at, clock_timestamp()) END
    FROM mine WHERE c.id = mine.id
    RETURNING (SELECT array_agg(id ORDER BY id) FROM said) AS reply_ids, c.answer_due_at IS NOT NULL AS more
    """,
).bindparams(
    bindparam("conversation_id", type_=BigInteger),
    bindparam("token", type_=BigInteger),
    bindparam("turn_id", type_=BigInteger),
    bindparam("answered_seq", type_=BigInteger),
    bindparam("taken", type_=ARRAY(BigInteger)),
    bindparam("settled", type_=Text),
    bindparam("status", type_=Text),
    bindparam("replies", type_=JSONB),
    bindparam("tracker", type_=JSONB),
    bindparam("events", type_=JSONB),
)


async def commit_turn(connection: AnyConnection, lease: Lease, outcome: Outcome) -> Stored:
    """Store a turn: replies, outbox, tracker, events, ledger; and give the lease back.

    Raises `LeaseLost` when a person took the conversation or another worker has it: nothing is
    stored then.
    """
    last = outcome.taken[-1]
    values = {
        "conversation_id": lease.conversation_id,
        "token": lease.token,
        "turn_id": last.id,
        "answered_seq": last.seq,
        "taken": [message.id for message in outcome.taken],
        "settled": outcome.settled.value,
        "status": outcome.status.value,
        "replies": [dump_content(content) for content in outcome.replies],
        "tracker": dict(outcome.tracker),
        "events": [dict(each) for each in outcome.events],
    }
    row = (await connection.execute(_COMMIT, values)).one_or_none()
    if row is None:
        raise LeaseLost("the conversation moved on while it was being answered")
    return Stored(reply_ids=tuple(row.reply_ids or ()), more=row.more)


_NOTHING = text(
    """
    UPDATE conversation SET
        answer_leased_until = NULL,
        answer_attempts = 0,
        answer_due_at = CASE WHEN inbound_seq > :seen_seq THEN clock_timestamp() ELSE NULL END
    WHERE id = :conversation_id AND answer_token = :token AND status = 'bot'
    """,
)


async def finish_empty(connection: AnyConnection, claim: Claim) -> None:
    """Give the lease back where nothing waited: withdrawn by its author, or settled by a person."""
    values = {
        "conversation_id": claim.lease.conversation_id,
        "token": claim.lease.token,
        "seen_seq": claim.inbound_seq,
    }
    await connection.execute(_NOTHING, values)


_OVERDUE = text(
    """
    SELECT id FROM conversation
    WHERE answer_due_at < clock_timestamp() - :grace AND status = 'bot'
        AND (answer_leased_until IS NULL OR answer_leased_until < clock_timestamp())
    ORDER BY answer_due_at LIMIT :most
    """,
).bindparams(bindparam("grace", type_=Interval))


async def list_unanswered(connection: AsyncConnection, *, grace: timedelta, most: int = 1000) -> list[int]:
    """Return conversations whose answer is overdue by `grace` and that nobody works on."""
    return list((await connection.execute(_OVERDUE, {"grace": grace, "most": most})).scalars())
