"""Public posts that need no answer: settled without a turn, listed with the reason, overruled by staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain.message import Settled
from bot.errors import LeaseLost
from bot.storage.tables import left_alone, message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow
    from bot.storage.turns import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Why a message needs no answer: a reason's code, and those of our words that show it."""

    message_id: int
    reason: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A post that was left alone, with where it stands. `overruled_at`: somebody wanted it answered."""

    note: Note
    conversation_id: int
    channel: str
    contact_name: str | None
    text: str
    created_at: datetime
    overruled_at: datetime | None
    overruled_by: str | None


# The fence of a turn's commit: the row is found only while the lease is ours and no person took the
# conversation. The tracker stays as it is, and there is no turn: the engine was not asked. What its author
# changed meanwhile was not judged: it waits on.
_LEAVE = text(
    """
    WITH mine AS (
        SELECT id FROM conversation
        WHERE id = :conversation_id AND answer_token = :token AND status = 'bot'
        FOR UPDATE
    ), settled AS (
        UPDATE message m SET settled = 'not_needed'
        FROM mine, jsonb_to_recordset(:taken) AS t (id bigint, said text)
        WHERE m.conversation_id = mine.id AND m.id = t.id AND m.settled = 'waiting'
            AND coalesce(m.content ->> 'text', '') = t.said
        RETURNING m.id, m.conversation_id
    ), noted AS (
        INSERT INTO left_alone (message_id, conversation_id, reason, words)
        SELECT settled.id, settled.conversation_id, n.reason, n.words
        FROM settled JOIN jsonb_to_recordset(:notes) AS n (message_id bigint, reason text, words jsonb)
            ON n.message_id = settled.id
        ON CONFLICT (message_id) DO NOTHING
    )
    UPDATE conversation c SET
        answer_leased_until = NULL,
        answer_attempts = 0,
        answer_due_at = CASE
            WHEN c.inbound_seq <= :seen_seq AND (SELECT count(*) FROM settled) = jsonb_array_length(:taken)
            THEN NULL ELSE clock_timestamp() END
    FROM mine WHERE c.id = mine.id
    RETURNING c.answer_due_at IS NOT NULL AS more, ARRAY(SELECT id FROM settled) AS left_ids
    """
).bindparams(bindparam("taken", type_=JSONB), bindparam("notes", type_=JSONB))


async def leave_messages(
    connection: AnyConnection, claim: Claim, notes: Sequence[Note]
) -> tuple[bool, frozenset[int]]:
    """Settle a claim's messages as needing no answer and give the lease back.

    Returns whether more wait, and which were settled: of those only that still say what was judged.

    Raises `LeaseLost` when a person took the conversation or another worker has it: nothing is stored then.
    """
    values = {
        "conversation_id": claim.lease.conversation_id,
        "token": claim.lease.token,
        "taken": [{"id": message.id, "said": message.content.text} for message in claim.messages],
        "seen_seq": claim.messages[-1].seq,
        "notes": [
            {"message_id": note.message_id, "reason": note.reason, "words": list(note.words)}
            for note in notes
        ],
    }
    row = (await connection.execute(_LEAVE, values)).one_or_none()
    if row is None:
        raise LeaseLost("the conversation moved on while its messages were judged")
    return bool(row.more), frozenset(row.left_ids)


# Bounded twice, whatever has come in: what is the same is looked for among the newest messages of an hour.
_REPEATED = text(
    """
    SELECT count(DISTINCT conversation_id) AS found FROM (
        SELECT conversation_id, account_id, content ->> 'text' AS words FROM message
        WHERE author = 'contact' AND created_at > now() - interval '1 hour'
        ORDER BY created_at DESC LIMIT 500) newest
    WHERE account_id = :account_id AND words = :words AND conversation_id <> :conversation_id
    """
)


async def count_repeats(connection: AnyConnection, claim: Claim, words: str) -> int:
    """Count in how many other conversations of the account the same words were written lately."""
    values = {
        "account_id": claim.account_id,
        "conversation_id": claim.lease.conversation_id,
        "words": words,
    }
    return int((await connection.execute(_REPEATED, values)).one().found)


_LIST = text(
    """
    SELECT l.message_id, l.reason, l.words, l.overruled_at, l.conversation_id, a.channel,
        k.name AS contact_name, coalesce(m.content ->> 'text', '') AS said, m.created_at,
        s.name AS overruled_by
    FROM left_alone l
    JOIN message m ON m.id = l.message_id
    JOIN conversation c ON c.id = l.conversation_id
    JOIN account a ON a.id = c.account_id
    JOIN contact k ON k.id = c.contact_id
    LEFT JOIN staff s ON s.id = l.overruled_by
    WHERE (CAST(:before AS bigint) IS NULL OR l.message_id < :before)
        AND (CAST(:reason AS text) IS NULL OR l.reason = :reason)
    ORDER BY l.message_id DESC LIMIT :most
    """
)


async def list_left_alone(
    connection: AsyncConnection, *, before: int | None = None, reason: str | None = None, most: int = 50
) -> list[LeftAlone]:
    """Return posts that were left alone, newest first; `before` is the last one of the page above."""
    rows = await connection.execute(_LIST, {"before": before, "reason": reason, "most": most})
    return [_to_left_alone(row) for row in rows]


async def list_notes(connection: AsyncConnection, message_ids: Sequence[int]) -> dict[int, Note]:
    """Return why messages were left alone and stayed so, by message."""
    statement = select(left_alone).where(
        left_alone.c.message_id.in_(message_ids), left_alone.c.overruled_at.is_(None)
    )
    rows = await connection.execute(statement)
    return {row.message_id: _to_note(row) for row in rows}


async def get_conversation_id(connection: AsyncConnection, message_id: int) -> int | None:
    """Return where a message that was left alone stands, None for any other."""
    statement = select(left_alone.c.conversation_id).where(left_alone.c.message_id == message_id)
    found: int | None = (await connection.execute(statement)).scalar_one_or_none()
    return found


async def overrule(connection: AsyncConnection, message_id: int, staff_id: int) -> bool:
    """Let a message wait for an answer after all; False where somebody said so before.

    The conversation must be locked.
    """
    statement = (
        update(left_alone)
        .where(left_alone.c.message_id == message_id, left_alone.c.overruled_at.is_(None))
        .values(overruled_at=func.now(), overruled_by=staff_id)
    )
    if (await connection.execute(statement.returning(left_alone.c.message_id))).one_or_none() is None:
        return False
    await connection.execute(
        update(message)
        .where(message.c.id == message_id, message.c.settled == Settled.NOT_NEEDED.value)
        .values(settled=Settled.WAITING.value)
    )
    return True


# A turn that is under way does not know of it: to that one it is as if something new had come.
_AGAIN = text(
    """
    WITH gone AS (
        DELETE FROM left_alone l USING message m
        WHERE l.conversation_id = :conversation_id AND l.overruled_at IS NULL
            AND m.id = l.message_id AND m.event_id = :event_id AND m.revision = 0
        RETURNING l.message_id
    ), waits AS (
        UPDATE message m SET settled = 'waiting' FROM gone
        WHERE m.id = gone.message_id AND m.settled = 'not_needed'
        RETURNING m.conversation_id
    )
    UPDATE conversation c SET
        status = CASE WHEN c.status = 'resolved' THEN 'bot' ELSE c.status END,
        answer_due_at = CASE WHEN c.status IN ('bot', 'resolved') THEN now() ELSE c.answer_due_at END,
        inbound_seq = CASE WHEN c.answer_leased_until IS NULL THEN c.inbound_seq ELSE c.last_seq END
    FROM waits WHERE c.id = waits.conversation_id
    """
)


async def look_again(connection: AsyncConnection, conversation_id: int, event_id: str) -> None:
    """Let a message wait for a new judgement if it was left alone: its author changed the words.

    The conversation must be locked.
    """
    await connection.execute(_AGAIN, {"conversation_id": conversation_id, "event_id": event_id})


def _to_note(row: AnyRow) -> Note:
    return Note(message_id=row.message_id, reason=row.reason, words=tuple(map(str, row.words)))


def _to_left_alone(row: AnyRow) -> LeftAlone:
    return LeftAlone(
        note=_to_note(row),
        conversation_id=row.conversation_id,
        channel=row.channel,
        contact_name=row.contact_name,
        text=row.said,
        created_at=row.created_at,
        overruled_at=row.overruled_at,
        overruled_by=row.overruled_by,
    )
