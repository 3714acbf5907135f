"""Finding a conversation for a person who acts on it, and telling everybody what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.conversation import Conversation, Status
from bot.errors import Conflict, UnknownConversation
from bot.storage import conversations, handoffs

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection


async def lock_for(connection: Connection, conversation_id: int, staff: Staff) -> Conversation:
    """Lock a conversation for somebody who wants to act on it.

    Raises `UnknownConversation`, or `Conflict` when a colleague holds it: nobody answers blind over
    another.
    """
    found = await conversations.lock_conversation(connection, conversation_id)
    if found is None:
        raise UnknownConversation("there is no such conversation")
    if found.status is Status.HELD and found.staff_id not in (None, staff.id):
        raise Conflict(f"{found.staff_name} has this conversation now")
    return found


async def hold_for(connection: Connection, found: Conversation, staff: Staff) -> bool:
    """Let a person have a locked conversation; returns True when that is news."""
    if found.status is Status.HELD and found.staff_id == staff.id:
        return False
    await conversations.hold(connection, found.id, staff.id)
    await handoffs.take_handoff(connection, found.id, staff.id)
    return True


async def announce_status(road: Road, conversation_id: int, status: Status, staff: Staff | None) -> None:
    """Tell everybody who watches."""
    await road.bus.live.publish(
        "status",
        conversation_id,
        status=status.value,
        staff_id=staff.id if staff else None,
    )
