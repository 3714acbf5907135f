"""Answering: claim a conversation with a lease, commit its turn only while the lease is ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Interval

from bot.domain.conversation import Lease, Surface
from bot.domain.message import Author, Kind, Message, Settled
from bot.storage.content import load_content

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.domain.json import JsonObject
    from bot.storage.connection import AsyncConnection
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
    surface: Surface
    pull: bool
    resumed: bool
    attempts: int
    inbound_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Right):
    """What a worker needs to answer: the right, the waiting messages oldest first, the tracker."""

    messages: tuple[Message, ...]
    tracker: JsonObject | None


# The clock is the database's: machines disagree about time, leases must not. When an answer is due is asked
# so that the plan keeps off the index of what is due: it holds all that was due since the last vacuum.
_CLAIM = text(
    """
    UPDATE conversation c SET
        answer_token = c.answer_token + 1,
        answer_leased_until = clock_timestamp() + :lease,
        answer_attempts = c.answer_attempts + 1
    FROM account a
    WHERE c.id = :conversation_id AND a.id = c.account_id
        AND c.status = 'bot'
        AND coalesce(c.answer_due_at, 'infinity') <= clock_timestamp()
        AND (c.answer_leased_until IS NULL OR c.answer_leased_until < clock_timestamp())
    RETURNING c.id, c.account_id, a.channel, a.name AS account, c.key, c.surface, c.pull, c.resumed,
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
        surface=Surface(row.surface),
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
    waiting = tuple(_to_message(each, conversation_id) for each in rows if each.id is not None)
    return to_claim(right, waiting, rows[0].tracker)


def to_claim(right: Right, messages: tuple[Message, ...], tracker: JsonObject | None) -> Claim:
    """Put what was read to the right."""
    return Claim(
        lease=right.lease,
        account_id=right.account_id,
        channel=right.channel,
        account=right.account,
        key=right.key,
        surface=right.surface,
        pull=right.pull,
        resumed=right.resumed,
        attempts=right.attempts,
        inbound_seq=right.inbound_seq,
        messages=messages,
        tracker=tracker,
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
