"""Resolve: the matter is closed; the contact's next word opens it again, with the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.conversation import Status
from bot.domain.message import Settled
from bot.service.hold import announce_status, close_handoff, lock_for
from bot.storage import conversations, messages

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road


async def resolve(road: Road, conversation_id: int, staff: Staff) -> None:
    """Close the conversation and whatever still waited in it.

    Raises `Conflict` when a colleague holds it.
    """
    async with road.database.begin() as connection:
        found = await lock_for(connection, conversation_id, staff)
        if found.status is Status.RESOLVED:
            return
        await messages.settle_waiting(connection, conversation_id, Settled.NOT_NEEDED)
        await conversations.set_resolved(connection, conversation_id)
        await close_handoff(connection, conversation_id)
    await announce_status(road, conversation_id, Status.RESOLVED, staff)
