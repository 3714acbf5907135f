"""Answering: claim a conversation with a lease, commit its turn only while the lease is ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Interval

from bot.domain.conversation import Lease
from bot.domain.message import Author, Kind, Message, Settled
from bot.errors import LeaseLost
from bot.storage.content import dump_content, load_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.json import JsonObject
    from bot.domain.message import Content
    from bot.storage.rows import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a worker needs to answer: the lease, the waiting messages oldest first, the tracker."""

    lease: Lease
    account_id: int
    channel: str
    account: str
    key: str
    pull: bool
    resumed: bool
    attempts: int
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
        c.answer_token, c.answer_leased_until, c.answer_attempts
    """,
).bindparams(bindparam("lease", type_=Interval))

_WAITING = text(
    """
    SELECT m.id, m.conversation_id, m.seq, m.author, m.kind, m.content, m.created_at, m.metadata
    FROM message m
    WHERE m.conversation_id = :conversation_id AND m.settled = 'waiting' AND m.turn_id IS NULL
    ORDER BY m.seq LIMIT :most
    """,
).columns(content=JSONB, metadata=JSONB)

_TRACKER = text("SELECT state FROM tracker WHERE conversation_id = :conversation_id").columns(state=JSONB)


async def claim_turn(
    connection: AsyncConnection,
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
    waiting = await connection.execute(_WAITING, {"conversation_id": conversation_id, "most": most})
    tracker = await connection.execute(_TRACKER, {"conversation_id": conversation_id})
    return Claim(
        lease=Lease(
            conversation_id=row.id,
            token=row.answer_token,
            expires_at=row.answer_leased_until,
        ),
        account_id=row.account_id,
        channel=row.channel,
        account=row.account,
        key=row.key,
        pull=row.pull,
        resumed=row.resumed,
        attempts=row.answer_attempts,
        messages=tuple(_to_message(each) for each in waiting),
        tracker=tracker.scalar_one_or_none(),
    )


def _to_message(row: AnyRow) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        author=Author(row.author),
        kind=Kind(row.kind),
        content=load_content(row.content),
        created_at=row.created_at,
        settled=Settled.WAITING,
        metadata=row.metadata,
    )


# The row's own columns decide whether more is due: under READ COMMITTED they are re-read after
# the wait for the row lock, a subquery on `message` would not be.
_FINISH = text(
    """
    UPDATE conversation SET
        answer_leased_until = NULL,
        answer_attempts = 0,
        resumed = FALSE,
        answer_due_at = CASE
            WHEN :status = 'bot' AND inbound_seq > :answered_seq THEN clock_timestamp()
            ELSE NULL END,
        status = :status,
        last_seq = last_seq + :replies,
        last_message_at = CASE WHEN :replies > 0 THEN now() ELSE last_message_at END
    WHERE id = :conversation_id AND answer_token = :token AND status = 'bot'
    RETURNING last_seq, answer_due_at IS NOT NULL AS more
    """,
)


async def finish_turn(
    connection: AsyncConnection,
    lease: Lease,
    *,
    answered_seq: int,
    replies: int,
    status: str,
) -> tuple[int, bool]:
    """Give the lease back in the commit of the turn.

    Returns (seq of the first reply, True when more messages wait). Raises `LeaseLost` when a person
    took the conversation or another worker has it: nothing of this turn may be stored then.
    """
    values = {
        "conversation_id": lease.conversation_id,
        "token": lease.token,
        "answered_seq": answered_seq,
        "replies": replies,
        "status": status,
    }
    row = (await connection.execute(_FINISH, values)).one_or_none()
    if row is None:
        raise LeaseLost("the conversation moved on while it was being answered")
    return row.last_seq - replies + 1, row.more


_REPLIES = text(
    """
    WITH said AS (
        INSERT INTO message (conversation_id, account_id, seq, author, kind, content, turn_id)
        SELECT :conversation_id, :account_id, :first_seq + n - 1, 'bot', 'text', content, :turn_id
        FROM jsonb_array_elements(:contents) WITH ORDINALITY AS t(content, n) ORDER BY n
        RETURNING id
    ), queued AS (
        INSERT INTO outbox (message_id, conversation_id, pull)
        SELECT id, :conversation_id, :pull FROM said RETURNING message_id
    )
    UPDATE conversation SET
        outbound_id = (SELECT max(message_id) FROM queued),
        deliver_due_at =
            CASE WHEN :pull THEN deliver_due_at ELSE coalesce(deliver_due_at, clock_timestamp()) END
    WHERE id = :conversation_id
    RETURNING (SELECT array_agg(id ORDER BY id) FROM said) AS ids
    """,
).bindparams(
    bindparam("contents", type_=JSONB),
    bindparam("conversation_id", type_=BigInteger),
    bindparam("account_id", type_=BigInteger),
    bindparam("first_seq", type_=BigInteger),
    bindparam("turn_id", type_=BigInteger),
)


async def insert_replies(
    connection: AsyncConnection,
    claim: Claim,
    contents: Sequence[Content],
    *,
    first_seq: int,
    turn_id: int,
) -> list[int]:
    """Store the bot's replies and queue them for delivery; returns their ids in order."""
    values = {
        "conversation_id": claim.lease.conversation_id,
        "account_id": claim.account_id,
        "first_seq": first_seq,
        "turn_id": turn_id,
        "contents": [dump_content(content) for content in contents],
        "pull": claim.pull,
    }
    return list((await connection.execute(_REPLIES, values)).scalar_one())


_EVENTS = text(
    """
    INSERT INTO event (conversation_id, turn_id, data)
    SELECT :conversation_id, :turn_id, data
    FROM jsonb_array_elements(:events) WITH ORDINALITY AS t(data, n) ORDER BY n
    """,
).bindparams(bindparam("events", type_=JSONB))

_SAVE_TRACKER = text(
    """
    INSERT INTO tracker (conversation_id, state, updated_at) VALUES (:conversation_id, :state, now())
    ON CONFLICT (conversation_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
    """,
).bindparams(bindparam("state", type_=JSONB))


async def save_tracker(
    connection: AsyncConnection,
    conversation_id: int,
    tracker: JsonObject,
    events: Sequence[JsonObject],
    *,
    turn_id: int,
) -> None:
    """Store what the engine remembers and append its events to the log."""
    await connection.execute(_SAVE_TRACKER, {"conversation_id": conversation_id, "state": dict(tracker)})
    if events:
        values = {
            "conversation_id": conversation_id,
            "turn_id": turn_id,
            "events": [dict(each) for each in events],
        }
        await connection.execute(_EVENTS, values)


_ABANDON = text(
    """
    UPDATE conversation SET answer_leased_until = NULL, answer_due_at = clock_timestamp() + :pause
    WHERE id = :conversation_id AND answer_token = :token AND status = 'bot'
    """,
).bindparams(bindparam("pause", type_=Interval))


async def abandon_turn(connection: AsyncConnection, lease: Lease, *, pause: timedelta) -> None:
    """Give the lease back without an answer; the turn is tried again after `pause`."""
    values = {"conversation_id": lease.conversation_id, "token": lease.token, "pause": pause}
    await connection.execute(_ABANDON, values)


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


_TURN_OF = text(
    """
    SELECT m.turn_id, c.status FROM message m JOIN conversation c ON c.id = m.conversation_id
    WHERE m.id = :message_id
    """,
)


async def get_turn_of(connection: AsyncConnection, message_id: int) -> tuple[int | None, str]:
    """Return (the turn that took a message or None, who holds its conversation)."""
    row = (await connection.execute(_TURN_OF, {"message_id": message_id})).one()
    return row.turn_id, row.status
