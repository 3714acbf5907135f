"""Corrections: what was judged of a message, what staff say of it, and what trainers make of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.types import BigInteger

from bot.domain.correction import Correction, CorrectionStatus
from bot.domain.triage_example import Mood, TriageLabels
from bot.domain.understanding import Triage
from bot.storage.tables import triage_correction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.storage.connection import AsyncConnection
    from bot.storage.rows import AnyRow

_OPEN = triage_correction.c.status == CorrectionStatus.OPEN.value

# A turn's events hold the parse of each of its utterances, under the id of the message that stands for it.
_JUDGED = (
    text(
        """
    SELECT CAST(said ->> 'message_id' AS bigint) AS message_id, said -> 'parse_data' -> 'triage' AS triage
    FROM turn CROSS JOIN LATERAL jsonb_array_elements(events) AS said
    WHERE conversation_id = :conversation_id AND turn.id = ANY(:turn_ids)
        AND said ->> 'event' = 'user' AND said ->> 'message_id' ~ '^[0-9]{1,18}$'
        AND jsonb_typeof(said -> 'parse_data' -> 'triage') = 'object'
    """,
    )
    .bindparams(
        bindparam("conversation_id", type_=BigInteger), bindparam("turn_ids", type_=ARRAY(BigInteger))
    )
    .columns(message_id=BigInteger, triage=JSONB)
)

# A burst was judged whole, with its last message: its words are those of the turn up to there.
_READ = """
    SELECT c.*, m.conversation_id, s.name AS staff_name, words.text
    FROM triage_correction c
    JOIN message m ON m.id = c.message_id
    JOIN staff s ON s.id = c.said_by
    CROSS JOIN LATERAL (
        SELECT coalesce(string_agg(b.content ->> 'text', E'\\n' ORDER BY b.seq), '') AS text
        FROM message b
        WHERE (b.id = m.id OR (b.conversation_id = m.conversation_id AND b.turn_id = m.turn_id))
            AND b.author = 'contact' AND b.kind = 'text' AND b.seq <= m.seq
    ) words
"""
_OF_MESSAGES = text(f"{_READ} WHERE c.message_id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)
# What the customer deleted meanwhile is nothing to teach.
_WAITING = f"{_READ} WHERE c.status = 'open' AND words.text <> ''"
_LIST_OPEN = text(f"{_WAITING} ORDER BY c.said_at DESC, c.message_id DESC LIMIT :most")
_COUNT_OPEN = text(f"SELECT count(*) FROM ({_WAITING}) waiting")  # noqa: S608 - constants of this file
_LIST_DECIDED = text(
    f"""{_READ} WHERE c.status <> 'open' AND (c.decided_by = :staff_id OR :staff_id IS NULL)
    ORDER BY c.decided_at DESC, c.message_id DESC LIMIT :most"""
).bindparams(bindparam("staff_id", type_=BigInteger))


async def list_judged(
    connection: AsyncConnection, conversation_id: int, turn_ids: Iterable[int]
) -> dict[int, Triage]:
    """Return how messages of these turns were judged when they were answered, by message."""
    wanted = sorted(set(turn_ids))
    if not wanted:
        return {}
    values = {"conversation_id": conversation_id, "turn_ids": wanted}
    rows = await connection.execute(_JUDGED, values)
    return {row.message_id: _to_triage(row.triage) for row in rows}


def _to_triage(stored: dict[str, object]) -> Triage:
    because = stored.get("because")
    return Triage(
        **{
            name: float(value)
            for name in ("complaint", "urgency", "sentiment")
            if isinstance(value := stored.get(name), int | float)
        },
        because=tuple(map(str, because)) if isinstance(because, list) else (),
    )


async def list_corrections(connection: AsyncConnection, message_ids: Iterable[int]) -> dict[int, Correction]:
    """Return what staff said of these messages, by message."""
    wanted = sorted(message_ids)
    if not wanted:
        return {}
    rows = await connection.execute(_OF_MESSAGES, {"ids": wanted})
    return {row.message_id: _to_correction(row) for row in rows}


async def list_open(connection: AsyncConnection, *, limit: int = 100) -> list[Correction]:
    """Return what waits for a trainer, the latest first."""
    rows = await connection.execute(_LIST_OPEN, {"most": limit})
    return [_to_correction(row) for row in rows]


async def list_decided(
    connection: AsyncConnection, *, staff_id: int | None = None, limit: int = 100
) -> list[Correction]:
    """Return what trainers decided, or one of them, and did not take back; the latest first."""
    rows = await connection.execute(_LIST_DECIDED, {"staff_id": staff_id, "most": limit})
    return [_to_correction(row) for row in rows]


async def count_open(connection: AsyncConnection) -> int:
    """Return how many corrections wait for a trainer."""
    amount: int = (await connection.execute(_COUNT_OPEN)).scalar_one()
    return amount


async def count_taught_since(connection: AsyncConnection, moment: datetime | None) -> int:
    """Return how many posts trainers had written since a moment; ever, without one."""
    table = triage_correction
    statement = select(func.count()).where(
        table.c.status == CorrectionStatus.TAUGHT.value, table.c.file.is_not(None)
    )
    if moment is not None:
        statement = statement.where(table.c.decided_at > moment)
    amount: int = (await connection.execute(statement)).scalar_one()
    return amount


async def say(connection: AsyncConnection, message_id: int, labels: TriageLabels, *, staff_id: int) -> bool:
    """Write down what somebody says of a message: it takes the place of what was said to the same question.

    Returns False, and changes nothing, when a trainer has decided already.
    """
    given = {"complaint": labels.complaint, "urgent": labels.urgent, "mood": labels.mood}
    said = {name: value for name, value in given.items() if value is not None} | {"said_by": staff_id}
    statement = insert(triage_correction).values(message_id=message_id, **said)
    statement = statement.on_conflict_do_update(
        index_elements=[triage_correction.c.message_id],
        set_={**said, "said_at": func.now()},
        where=_OPEN,
    )
    returning = statement.returning(triage_correction.c.message_id)
    return (await connection.execute(returning)).scalar_one_or_none() is not None


async def unsay(connection: AsyncConnection, message_id: int) -> bool:
    """Take out what was said of a message; False when nothing was, or a trainer has decided already."""
    statement = delete(triage_correction).where(triage_correction.c.message_id == message_id, _OPEN)
    returning = statement.returning(triage_correction.c.message_id)
    return (await connection.execute(returning)).scalar_one_or_none() is not None


async def decide(
    connection: AsyncConnection,
    message_id: int,
    status: CorrectionStatus,
    *,
    before: CorrectionStatus,
    example: str | None = None,
    file: str | None = None,
    staff_id: int | None = None,
) -> bool:
    """Write down what the trainer decided; `OPEN` takes a decision back.

    Returns False, and changes nothing, when the status is no longer `before`: somebody was faster.
    """
    statement = (
        update(triage_correction)
        .where(triage_correction.c.message_id == message_id, triage_correction.c.status == before.value)
        .values(
            status=status.value,
            example=example,
            file=file,
            decided_by=staff_id,
            decided_at=None if status is CorrectionStatus.OPEN else func.now(),
        )
        .returning(triage_correction.c.message_id)
    )
    return (await connection.execute(statement)).scalar_one_or_none() is not None


def _to_correction(row: AnyRow) -> Correction:
    return Correction(
        message_id=row.message_id,
        conversation_id=row.conversation_id,
        text=row.text,
        said=TriageLabels(
            complaint=row.complaint, urgent=row.urgent, mood=Mood(row.mood) if row.mood else None
        ),
        staff_name=row.staff_name,
        said_at=row.said_at,
        status=CorrectionStatus(row.status),
        example=row.example,
        file=row.file,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
