"""Reminders of conversations: timers of their own kind, kept with the turn that sets them.

A turn's commit locks the conversation, then its timers; so does whoever takes one that is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from bot.domain.conversation import Status
from bot.domain.reminder import Reminder
from bot.storage.tables import timer

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.json import Json, JsonObject
    from bot.storage.connection import AsyncConnection
    from bot.storage.database import Connection

REMINDER_TIMER = "reminder"

# For a statement that knows the conversation as `mine`: it sees the reminders of earlier turns only.
CANCEL_MANY = f"""
    UPDATE timer SET done_at = now() FROM mine, jsonb_array_elements(:cancelled) AS pattern
    WHERE timer.conversation_id = mine.id AND timer.kind = '{REMINDER_TIMER}' AND timer.done_at IS NULL
        AND NOT EXISTS (
            SELECT FROM jsonb_each(pattern) AS p WHERE timer.data -> p.key IS DISTINCT FROM p.value)
"""  # noqa: S608 - a constant of this file


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A reminder whose time has come, and its conversation."""

    timer_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A reminder that is taken, done once and for all, and what decides whether anything comes of it.

    `heard_since`: the contact wrote after the turn that set it.
    `stopped_since`: they asked to be left alone.
    """

    reminder: Reminder
    status: Status
    heard_since: bool
    stopped_since: bool


def dump_reminder(reminder: Reminder, after_seq: int | None) -> JsonObject:
    """Return a reminder as `timers.SET_MANY` reads it; `after_seq`: the last message of its turn."""
    data: dict[str, Json] = {
        "intent": reminder.intent,
        "entities": reminder.entities,
        "name": reminder.name,
        "kill_on_user_message": reminder.kill_on_user_message,
    }
    if after_seq is not None:
        data["after_seq"] = after_seq
    return {"kind": REMINDER_TIMER, "due_at": reminder.due_at.isoformat(), "data": data}


async def list_due_reminders(connection: AsyncConnection, now: datetime, *, most: int = 100) -> list[Due]:
    """Return reminders whose time has come, the earliest first."""
    due = (
        select(timer.c.id, timer.c.conversation_id)
        .where(timer.c.done_at.is_(None), timer.c.due_at <= now, timer.c.kind == REMINDER_TIMER)
        .order_by(timer.c.due_at, timer.c.id)
        .limit(most)
    )
    rows = await connection.execute(due)
    return [Due(timer_id=row.id, conversation_id=row.conversation_id) for row in rows]


# The lock first, by a statement of its own: only a later one sees what it may have waited for.
_LOCK = text("SELECT FROM conversation WHERE id = :conversation_id FOR UPDATE").bindparams(
    bindparam("conversation_id", type_=BigInteger)
)
_HEARD = """
    EXISTS (SELECT FROM message m WHERE m.conversation_id = c.id AND m.seq > (t.data ->> 'after_seq')::bigint
        AND m.author = 'contact'
        AND (m.kind IN ('text', 'postback', 'media') OR m.kind = 'unsupported' AND m.settled IS NOT NULL)
"""
_TAKE = text(
    f"""
    UPDATE timer t SET done_at = now() FROM conversation c
    WHERE t.id = :timer_id AND t.done_at IS NULL AND c.id = t.conversation_id
    RETURNING t.due_at, t.data, c.status, {_HEARD}) AS heard_since, {_HEARD}
        AND lower(regexp_replace(m.content ->> 'text', '[^[:alpha:]]', '', 'g')) = ANY(:stop_words)
        ) AS stopped_since
    """,  # noqa: S608 - a constant of this file
).bindparams(bindparam("timer_id", type_=BigInteger), bindparam("stop_words", type_=ARRAY(Text)))


async def take_reminder(connection: Connection, due: Due, *, stop_words: frozenset[str]) -> Taken | None:
    """Mark a reminder as done, its conversation locked; None when it is done already, or cancelled.

    `stop_words` are small letters only. Act in the same transaction.
    """
    await connection.execute(_LOCK, {"conversation_id": due.conversation_id})
    values = {"timer_id": due.timer_id, "stop_words": list(stop_words)}
    row = (await connection.execute(_TAKE, values)).one_or_none()
    if row is None:
        return None
    return Taken(
        reminder=_load(row.data, row.due_at),
        status=Status(row.status),
        heard_since=row.heard_since,
        stopped_since=row.stopped_since,
    )


def _load(data: dict[str, Any], due_at: datetime) -> Reminder:
    return Reminder(
        intent=data["intent"],
        due_at=due_at,
        entities=data["entities"],
        name=data["name"],
        kill_on_user_message=data["kill_on_user_message"],
    )
