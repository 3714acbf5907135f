"""Take: a person has the conversation; the bot is silent from this commit on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.conversation import Status
from bot.domain.message import Author, Content, Kind
from bot.service.hold import announce_status, hold_for, lock_for
from bot.storage import messages

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road


async def take(road: Road, conversation_id: int, staff: Staff) -> None:
    """Give the conversation to `staff`. Raises `Conflict` when a colleague holds it."""
    async with road.database.begin() as connection:
        found = await lock_for(connection, conversation_id, staff)
        news = await hold_for(connection, found, staff)
        if news:
            await messages.append_message(
                connection,
                conversation_id,
                Content(text=joining_line(staff)),
                author=Author.SYSTEM,
                kind=Kind.LINE,
            )
    if news:
        await announce_status(road, conversation_id, Status.HELD, staff)
        await road.bus.live.publish("message", conversation_id, author=Author.SYSTEM.value)


def joining_line(staff: Staff) -> str:
    """Say to the customer who is there now."""
    first_name = staff.name.split()[0] if staff.name.split() else staff.name
    return f"{first_name} joins. They have read everything."
