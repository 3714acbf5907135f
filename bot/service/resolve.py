"""Resolve: the matter is closed; the contact's next word opens it again, with the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.conversation import Status
from bot.domain.message import Settled
from bot.errors import Conflict
from bot.service.hold import announce_status, close_handoff, lock_for
from bot.storage import conversations, messages

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection


async def resolve(road: Road, conversation_id: int, staff: Staff, *, seen: int | None = None) -> None:
    """Close the conversation and whatever still waited in it; look at one that is closed already.

    `seen` is the last message its reader saw. Raises `Conflict` when a colleague holds the
    conversation, or the contact wrote after `seen`.
    """
    async with road.database.begin() as connection:
        found = await lock_for(connection, conversation_id, staff)
        if found.status is Status.RESOLVED:
            await conversations.set_attention(connection, conversation_id, None)
        else:
            await close(connection, conversation_id, seen=seen)
    await announce_status(road, conversation_id, Status.RESOLVED, staff)


async def close(connection: Connection, conversation_id: int, *, seen: int | None) -> None:
    """Close a locked conversation. Raises `Conflict` rather than discard words that nobody read."""
    if seen is not None and await messages.has_words_after(connection, conversation_id, seen):
        raise Conflict("the customer wrote again; read it first")
    await messages.settle_waiting(connection, conversation_id, Settled.NOT_NEEDED)
    await conversations.set_resolved(connection, conversation_id)
    await close_handoff(connection, conversation_id)
