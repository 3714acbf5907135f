"""Proposals: what trainers should look at, counted by folded text.

Nothing of them tells who said it: links, addresses, user names and long numbers are masked, as what trainers
accept is written into files.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import DateTime

from bot.domain.proposal import Proposal, ProposalReason, ProposalStatus
from bot.domain.understanding import IntentScore
from bot.nlu.masking import mask_personal
from bot.storage.tables import message as message_table
from bot.storage.tables import proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.domain.understanding import Understanding
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import AnyConnection
    from bot.storage.rows import AnyRow


_PROPOSE = text(
    """
    INSERT INTO proposal
        (text, text_hash, reason, first_seen, last_seen, ranking, conversation_id, message_seq)
    VALUES (:text, :text_hash, :reason, :seen, :seen, :ranking, :conversation_id, :message_seq)
    ON CONFLICT (text_hash) DO UPDATE SET times = proposal.times + 1, last_seen = now()
    """,
).bindparams(bindparam("ranking", type_=JSONB), bindparam("seen", type_=DateTime(timezone=True)))


# For a statement that knows the conversation as `mine`.
PROPOSE_MANY = """
    INSERT INTO proposal
        (text, text_hash, reason, first_seen, last_seen, ranking, conversation_id, message_seq)
    SELECT p.text, decode(p.hash, 'hex'), p.reason, p.seen, p.seen, p.ranking, mine.id, p.seq
    FROM mine, jsonb_to_recordset(:proposals)
        AS p(text text, hash text, reason text, seen timestamptz, ranking jsonb, seq bigint)
    ON CONFLICT (text_hash) DO UPDATE SET times = proposal.times + 1, last_seen = now()
"""


def dump_unsure(unsure: Iterable[tuple[Message, Understanding]]) -> list[JsonObject]:
    """Return what was not understood as `PROPOSE_MANY` reads it: each text once, in an order all keep to."""
    found: dict[str, JsonObject] = {
        hash_text(masked).hex(): {
            "text": masked,
            "reason": ProposalReason.UNSURE.value,
            "seen": message.created_at.isoformat(),
            "ranking": [asdict(score) for score in understanding.ranking[:10]],
            "seq": message.seq,
        }
        for message, understanding in unsure
        for masked in (mask_personal(message.content.text),)
    }
    # In order of the hash: two turns that propose the same texts must not wait for each other.
    return [{"hash": each, **found[each]} for each in sorted(found)]


async def propose(
    connection: AnyConnection,
    message: Message,
    reason: ProposalReason,
    ranking: Sequence[IntentScore] = (),
) -> None:
    """Count a message as something trainers should see. Decided texts stay decided."""
    masked = mask_personal(message.content.text)
    values = {
        "text": masked,
        "text_hash": hash_text(masked),
        "reason": reason.value,
        "seen": message.created_at,
        "ranking": [asdict(score) for score in ranking[:10]],
        "conversation_id": message.conversation_id,
        "message_seq": message.seq,
    }
    await connection.execute(_PROPOSE, values)


# A burst is proposed whole, with its last message.
_FORGET = text(
    """
    DELETE FROM proposal p USING message gone, message m
    WHERE gone.id = :message_id AND m.conversation_id = gone.conversation_id
        AND (m.id = gone.id OR m.turn_id = gone.turn_id)
        AND p.conversation_id = m.conversation_id AND p.message_seq = m.seq AND p.status <> 'labelled'
    """,
)


async def forget_message(connection: AnyConnection, message_id: int) -> None:
    """Show trainers no more what its author took back; what is an example already stays one."""
    await connection.execute(_FORGET, {"message_id": message_id})


def hash_text(text: str) -> bytes:
    """Return the digest under which texts count as the same: case and spacing do not matter."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).digest()


async def list_proposals(
    connection: AsyncConnection,
    *,
    status: ProposalStatus = ProposalStatus.OPEN,
    limit: int = 100,
) -> list[Proposal]:
    """Return proposals, most frequent first, newest first among equals; decided ones by decision."""
    order = (
        (proposal.c.times.desc(), proposal.c.last_seen.desc(), proposal.c.id.desc())
        if status is ProposalStatus.OPEN
        else (proposal.c.decided_at.desc(), proposal.c.id.desc())
    )
    statement = select(proposal).where(proposal.c.status == status.value).order_by(*order).limit(limit)
    return [_to_proposal(row) for row in await connection.execute(statement)]


async def count_proposals(connection: AsyncConnection) -> dict[ProposalStatus, int]:
    """Return how many proposals there are by what became of them; `OPEN` ones wait for a trainer."""
    statement = select(proposal.c.status, func.count().label("amount")).group_by(proposal.c.status)
    amounts = {row.status: row.amount for row in await connection.execute(statement)}
    return {status: amounts.get(status.value, 0) for status in ProposalStatus}


async def get_last_decision(connection: AsyncConnection, staff_id: int) -> Proposal | None:
    """Return what a trainer decided last and did not take back, or None."""
    statement = (
        select(proposal)
        .where(proposal.c.decided_by == staff_id, proposal.c.status != ProposalStatus.OPEN.value)
        .order_by(proposal.c.decided_at.desc(), proposal.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(statement)).one_or_none()
    return _to_proposal(row) if row else None


async def get_proposal(connection: AsyncConnection, proposal_id: int) -> Proposal | None:
    """Return one proposal, or None."""
    row = (await connection.execute(select(proposal).where(proposal.c.id == proposal_id))).one_or_none()
    return _to_proposal(row) if row else None


async def get_message_id(connection: AsyncConnection, found: Proposal) -> int | None:
    """Return the id of the message that a proposal was first seen in, or None."""
    statement = select(message_table.c.id).where(
        message_table.c.conversation_id == found.conversation_id,
        message_table.c.seq == found.message_seq,
    )
    return (await connection.execute(statement)).scalar_one_or_none()


async def decide_proposal(
    connection: AsyncConnection,
    proposal_id: int,
    status: ProposalStatus,
    *,
    before: ProposalStatus,
    intent: str | None = None,
    file: str | None = None,
    made_intent: bool = False,
    staff_id: int | None = None,
) -> bool:
    """Write down what the trainer decided; `OPEN` takes a decision back.

    Returns False, and changes nothing, when the status is no longer `before`: somebody was faster.
    """
    statement = (
        update(proposal)
        .where(proposal.c.id == proposal_id, proposal.c.status == before.value)
        .values(
            status=status.value,
            intent=intent,
            file=file,
            made_intent=made_intent,
            decided_by=staff_id,
            decided_at=None if status is ProposalStatus.OPEN else func.now(),
        )
        .returning(proposal.c.id)
    )
    return (await connection.execute(statement)).scalar_one_or_none() is not None


async def adopt_example(
    connection: AsyncConnection, proposal_id: int, *, intent: str, file: str, made_intent: bool
) -> bool:
    """Let a decision own an example that somebody else wrote for it at that moment.

    Returns False, and changes nothing, unless it was decided for this intent and found the example there.
    """
    statement = (
        update(proposal)
        .where(
            proposal.c.id == proposal_id,
            proposal.c.status == ProposalStatus.LABELLED.value,
            proposal.c.intent == intent,
            proposal.c.file.is_(None),
        )
        .values(file=file, made_intent=made_intent)
        .returning(proposal.c.id)
    )
    return (await connection.execute(statement)).scalar_one_or_none() is not None


def _to_proposal(row: AnyRow) -> Proposal:
    return Proposal(
        id=row.id,
        text=mask_personal(row.text),  # rows of before were not masked
        reason=ProposalReason(row.reason),
        times=row.times,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        ranking=tuple(IntentScore(**score) for score in row.ranking),
        status=ProposalStatus(row.status),
        intent=row.intent,
        file=row.file,
        conversation_id=row.conversation_id,
        message_seq=row.message_seq,
        made_intent=row.made_intent,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
