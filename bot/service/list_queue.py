"""List the queue: what waits for people, sorted by the harm of waiting, each with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desk.brief import first_words
from bot.desk.deadlines import DeadlineWords, describe_deadline
from bot.desk.priority import Score, Waiting, score_waiting
from bot.domain.conversation import Status
from bot.domain.handoff import Priority
from bot.service.name_presses import name_wants
from bot.storage import queue
from bot.storage.left_waiting import LEFT_WAITING
from bot.storage.queue import QueueRow, QueueView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.domain.json import JsonObject
    from bot.service.road import Road


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """One conversation of a view. `deadline` is None where no first answer is owed any more.

    `waiting_since` is None where the last word is ours.
    """

    row: QueueRow
    score: Score
    deadline: DeadlineWords | None
    waiting_since: datetime | None


async def list_queue(
    road: Road,
    *,
    view: QueueView = QueueView.WAITING,
    staff_id: int | None = None,
    conversation_ids: Sequence[int] | None = None,
    limit: int = 200,
) -> list[QueueEntry]:
    """Return the entries of a view: the most harm first, or the newest first in the recent one."""
    async with road.database.read() as connection:
        rows = await queue.list_queue(
            connection,
            view=view,
            staff_id=staff_id,
            conversation_ids=conversation_ids,
            limit=limit,
        )
        rows = await name_wants(connection, rows)
    now = road.now()
    entries = [assess(row, now) for row in rows]
    return entries if view is QueueView.RECENT else sorted(entries, key=_harm, reverse=True)


def assess(row: QueueRow, now: datetime) -> QueueEntry:
    """Score one row at one moment."""
    handoff = row.handoff
    waiting_since = row.waiting_since
    if waiting_since is None and handoff is not None and row.status is Status.QUEUED:
        waiting_since = handoff.created_at
    # A handoff's deadline is that of the first answer: what is written after one starts no old clock.
    owed = handoff is not None and waiting_since is not None and waiting_since <= handoff.created_at
    deadline_at = handoff.deadline_at if handoff is not None and owed else None
    waiting = Waiting(
        reason=handoff.reason if handoff else None,
        priority=handoff.priority if handoff else Priority.NORMAL,
        surface=row.in_public or row.surface,
        deadline_at=deadline_at,
        waiting_since=waiting_since,
        earlier=max(row.handoffs - 1, 0),
        undelivered=row.attention not in (None, LEFT_WAITING),
        left=row.attention == LEFT_WAITING,
    )
    return QueueEntry(
        row=row,
        score=score_waiting(waiting, now),
        deadline=describe_deadline(deadline_at, now) if deadline_at else None,
        waiting_since=waiting_since,
    )


def to_json(entry: QueueEntry, now: datetime) -> JsonObject:
    """Return an entry as `visavis queue --json` prints it. Durations are seconds, times ISO 8601 in UTC."""
    row, handoff = entry.row, entry.row.handoff
    waited = int((now - entry.waiting_since).total_seconds()) if entry.waiting_since else None
    return {
        "conversation_id": row.conversation_id,
        "channel": row.channel,
        "account": row.account,
        "surface": row.surface.value,
        "status": row.status.value,
        "contact": row.contact_name,
        "staff": row.staff_name,
        "score": round(entry.score.value, 1),
        "reasons": list(entry.score.reasons),
        "reason": handoff.reason if handoff else None,
        "priority": handoff.priority.value if handoff else None,
        "queue": handoff.queue if handoff else None,
        "wants": first_words(row.wants, 12),
        "waiting_seconds": waited,
        "deadline": handoff.deadline_at.isoformat() if handoff else None,
        "deadline_words": entry.deadline.text if entry.deadline else None,
    }


def _harm(entry: QueueEntry) -> float:
    return entry.score.value
