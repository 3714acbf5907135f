"""Take: a person has the conversation; the bot is silent from this commit on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.conversation import Status
from bot.domain.message import Author, Content, Kind
from bot.domain.staff import first_name
from bot.service.hold import announce_status, hold_for, is_colleagues, lock_for
from bot.storage import messages

if TYPE_CHECKING:
    from bot.domain.conversation import Conversation
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection


async def take(road: Road, conversation_id: int, staff: Staff) -> None:
    """Give the conversation to `staff`. Raises `Conflict` when a colleague holds it."""
    async with road.database.begin() as connection:
        found = await lock_for(connection, conversation_id, staff)
        news = await join(connection, found, staff)
    if news:
        await announce_taken(road, conversation_id, staff)


async def join(connection: Connection, found: Conversation, staff: Staff) -> bool:
    """Let a person have a locked conversation and say so in it; returns True when that is news."""
    if not await hold_for(connection, found, staff):
        return False
    line = Content(text=joining_line(found, staff))
    await messages.append_message(connection, found.id, line, author=Author.SYSTEM, kind=Kind.LINE)
    return True


async def announce_taken(road: Road, conversation_id: int, staff: Staff) -> None:
    """Tell everybody who watches who has it now."""
    await announce_status(road, conversation_id, Status.HELD, staff)
    await road.bus.live.publish("message", conversation_id, author=Author.SYSTEM.value)


def joining_line(found: Conversation, staff: Staff) -> str:
    """Say to the customer who is there now, and whom they take over from."""
    name = first_name(staff.name) or staff.name
    if is_colleagues(found, staff):
        return f"{name} takes over from {first_name(found.staff_name)}. They have read everything."
    return f"{name} joins. They have read everything."
