"""The human queue as the desk reads it: conversation, open handoff, last words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from bot.domain.conversation import Status, Surface
from bot.domain.handoff import Handoff, Priority

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.storage.connection import AsyncConnection
    from bot.storage.rows import AnyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One row of the desk's list. `handoffs` counts all of the conversation's, ever.

    `waiting_since` is when the oldest message of the contact that nobody answered was written. `wants`
    are the contact's last words; while they wait for a person, those that led to the handoff. `in_public`:
    it goes on with what was begun there, before everybody or a group; both threads are this one row.
    """

    conversation_id: int
    channel: str
    account: str
    surface: Surface
    status: Status
    contact_name: str | None
    staff_id: int | None
    staff_name: str | None
    attention: str | None
    last_message_at: datetime
    wants: str
    last_author: str | None
    waiting_since: datetime | None
    handoff: Handoff | None
    handoffs: int
    in_public: Surface | None = None


class QueueView(StrEnum):
    """Which conversations a member of staff looks at."""

    WAITING = "waiting"  # queued, or a delivery went wrong
    MINE = "mine"
    OPEN = "open"  # everything people deal with
    RECENT = "recent"  # everything, newest first


_WHERE = {
    QueueView.WAITING: "(c.status = 'queued' OR c.attention IS NOT NULL)",
    QueueView.MINE: "(c.status IN ('held','snoozed') AND c.staff_id = :staff_id)",
    QueueView.OPEN: "(c.status IN ('queued','held','snoozed') OR c.attention IS NOT NULL)",
    # Not where all that was told is that something was changed or deleted which never came in.
    QueueView.RECENT: """(c.erased_at IS NULL AND EXISTS (
        SELECT FROM message m
        WHERE m.conversation_id = c.id AND m.kind NOT IN ('edit', 'delete', 'receipt')))""",
}

# Of a case the private thread stands for both, unless something went wrong in the public one.
_SHOWN = """(c.attention IS NOT NULL OR NOT EXISTS (
    SELECT FROM thread_link t
    WHERE t.public_id = c.id AND t.private_id IS NOT NULL AND t.closed_at IS NULL))"""

# Where more is there than is read, people see what is due first.
_ORDER = {
    QueueView.WAITING: "h.deadline_at NULLS FIRST, c.id",
    QueueView.MINE: "c.last_message_at DESC, c.id",
    QueueView.OPEN: "h.deadline_at NULLS LAST, c.id",
    QueueView.RECENT: "c.last_message_at DESC, c.id",
}

_SELECT = """
    SELECT c.id AS conversation_id, a.channel, a.name AS account, c.surface, c.status, k.name AS contact_name,
        p.surface AS in_public, c.staff_id, s.name AS staff_name, c.attention, c.last_message_at,
        CASE WHEN p.waits THEN 'contact' ELSE l.author END AS last_author,
        coalesce(q.words, p.words) AS wants, w.created_at AS waiting_since, h.*,
        (SELECT count(*) FROM handoff e WHERE e.conversation_id = c.id) AS handoffs
    FROM conversation c
    JOIN account a ON a.id = c.account_id
    JOIN contact k ON k.id = c.contact_id
    LEFT JOIN staff s ON s.id = c.staff_id
    LEFT JOIN LATERAL (
        SELECT author FROM message m WHERE m.conversation_id = c.id
            AND m.kind IN ('text', 'postback', 'media', 'echo', 'unsupported')
        ORDER BY m.seq DESC LIMIT 1) l ON TRUE
    LEFT JOIN thread_link t ON t.private_id = c.id AND t.closed_at IS NULL
    LEFT JOIN LATERAL (
        SELECT min(created_at) AS created_at FROM message m
        WHERE m.conversation_id IN (c.id, t.public_id) AND m.settled = 'waiting') w ON TRUE
    LEFT JOIN LATERAL (
        SELECT o.surface, EXISTS (
                SELECT FROM message m WHERE m.conversation_id = o.id AND m.settled = 'waiting') AS waits,
            (SELECT m.content ->> 'text' FROM message m WHERE m.id = t.began_id) AS words
        FROM conversation o WHERE o.id = t.public_id) p ON TRUE
    LEFT JOIN LATERAL (
        SELECT id AS handoff_id, reason, priority, queue, summary, created_at AS handed_off_at, deadline_at,
            taken_at, taken_by, closed_at
        FROM handoff f WHERE f.conversation_id = c.id AND f.closed_at IS NULL LIMIT 1) h ON TRUE
    LEFT JOIN LATERAL (
        SELECT coalesce(m.metadata ->> 'title',
            CASE WHEN m.kind = 'unsupported' THEN m.metadata ->> 'note' END, m.content ->> 'text') AS words
        FROM message m WHERE m.conversation_id = c.id AND m.author = 'contact'
            AND (m.kind IN ('text', 'postback', 'media') OR m.kind = 'unsupported' AND m.settled IS NOT NULL)
            AND (c.status <> 'queued' OR h.handed_off_at IS NULL OR m.created_at <= h.handed_off_at)
        ORDER BY m.seq DESC LIMIT 1) q ON TRUE
"""


async def list_queue(
    connection: AsyncConnection,
    *,
    view: QueueView = QueueView.WAITING,
    staff_id: int | None = None,
    conversation_ids: Sequence[int] | None = None,
    limit: int = 200,
) -> list[QueueRow]:
    """Return rows of a view, what is due first or newest first; `conversation_ids` narrows it to those."""
    narrowed = "AND c.id = ANY(:conversation_ids)" if conversation_ids is not None else ""
    # Only constants of this file are put together here; values are bound.
    statement = text(
        f"{_SELECT} WHERE {_WHERE[view]} AND {_SHOWN} {narrowed} ORDER BY {_ORDER[view]} LIMIT :limit",
    )
    statement = statement.bindparams(bindparam("limit", limit, type_=BigInteger))
    if view is QueueView.MINE:
        statement = statement.bindparams(bindparam("staff_id", staff_id, type_=BigInteger))
    if conversation_ids is not None:
        ids = bindparam("conversation_ids", list(conversation_ids), type_=ARRAY(BigInteger))
        statement = statement.bindparams(ids)
    return [_to_row(row) for row in await connection.execute(statement)]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How many conversations stand in each view that people work off."""

    waiting: int
    mine: int
    open: int


_COUNTS = text(
    f"""
    SELECT count(*) FILTER (WHERE {_WHERE[QueueView.WAITING]}) AS waiting,
        count(*) FILTER (WHERE {_WHERE[QueueView.MINE]}) AS mine, count(*) AS open
    FROM conversation c WHERE {_WHERE[QueueView.OPEN]} AND {_SHOWN}
    """,  # noqa: S608 - constants of this file
).bindparams(bindparam("staff_id", type_=BigInteger))


async def count_views(connection: AsyncConnection, staff_id: int) -> QueueCounts:
    """Count the views for one member of staff."""
    row = (await connection.execute(_COUNTS, {"staff_id": staff_id})).one()
    return QueueCounts(waiting=row.waiting, mine=row.mine, open=row.open)


def _to_row(row: AnyRow) -> QueueRow:
    return QueueRow(
        conversation_id=row.conversation_id,
        channel=row.channel,
        account=row.account,
        surface=Surface(row.surface),
        status=Status(row.status),
        contact_name=row.contact_name,
        staff_id=row.staff_id,
        staff_name=row.staff_name,
        attention=row.attention,
        last_message_at=row.last_message_at,
        wants=row.wants or "",
        last_author=row.last_author,
        waiting_since=row.waiting_since,
        handoff=_to_handoff(row),
        handoffs=row.handoffs,
        in_public=Surface(row.in_public) if row.in_public else None,
    )


def _to_handoff(row: AnyRow) -> Handoff | None:
    if row.handoff_id is None:
        return None
    return Handoff(
        id=row.handoff_id,
        conversation_id=row.conversation_id,
        reason=row.reason,
        priority=Priority(row.priority),
        queue=row.queue,
        summary=row.summary,
        created_at=row.handed_off_at,
        deadline_at=row.deadline_at,
        taken_at=row.taken_at,
        taken_by=row.taken_by,
        closed_at=row.closed_at,
    )
