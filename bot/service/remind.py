"""Remind: an intent whose time has come is put into its conversation, where the bot answers it.

Once, whichever machine sees it first: taking the reminder and entering the trigger are one commit.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.domain.conversation import Status
from bot.domain.message import Author, Content, Kind
from bot.storage import messages, reminders, triggers

if TYPE_CHECKING:
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.reminders import Due, Taken

log = structlog.get_logger(__name__)

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe"})  # a message of nothing else, as telephones know it
TOO_LATE = timedelta(hours=6)  # after an outage: as long as a reply is tried, and for the same reason
NOT_SENT = "A reminder was due ({intent}). The bot is silent here, so nothing was sent."
_WITH_STAFF = frozenset({Status.QUEUED, Status.HELD, Status.SNOOZED})


async def remind(road: Road) -> int:
    """Take what reminders are due; returns how many were triggered."""
    async with road.database.read() as connection:
        due = await reminders.list_due_reminders(connection, road.now())
    return sum([await _take(road, each) for each in due])


async def _take(road: Road, due: Due) -> bool:
    async with road.database.begin() as connection:
        taken = await reminders.take_reminder(connection, due, stop_words=STOP_WORDS)
        if taken is None:
            return False
        why = _why_not(taken, road)
        if why is None:
            await triggers.append_trigger(connection, due.conversation_id, taken.reminder.trigger)
        elif why == "with staff":
            await _tell_staff(connection, due, taken)
    if why is None:
        road.bus.announce(due.conversation_id, [], wake=[Stream.ANSWER])
        return True
    log.info("Reminder dropped", conversation_id=due.conversation_id, why=why)
    if why == "with staff":
        await road.bus.live.publish("message", due.conversation_id, author=Author.SYSTEM.value)
    return False


def _why_not(taken: Taken, road: Road) -> str | None:
    """Return why nothing comes of a reminder, None when its intent is to be triggered."""
    if taken.stopped_since:
        return "the contact asked to be left alone"
    if taken.heard_since and taken.reminder.kill_on_user_message:
        return "the contact wrote meanwhile"
    if road.now() - taken.reminder.due_at > TOO_LATE:
        return "too late"
    if taken.status in _WITH_STAFF:
        return "with staff"
    return None if taken.status is Status.BOT else "closed by a person"


async def _tell_staff(connection: Connection, due: Due, taken: Taken) -> None:
    note = Content(text=NOT_SENT.format(intent=taken.reminder.intent))
    await messages.append_message(connection, due.conversation_id, note, author=Author.SYSTEM, kind=Kind.NOTE)
