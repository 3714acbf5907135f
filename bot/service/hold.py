"""Finding a conversation for a person who acts on it, and telling everybody what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desk.deadlines import DEADLINE_TIMER
from bot.domain.conversation import Conversation, Status
from bot.domain.message import DeliveryState
from bot.errors import Conflict, UnknownConversation
from bot.storage import cases, conversations, handoffs, outbox, timers

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection


async def lock(connection: Connection, conversation_id: int) -> Conversation:
    """Lock a conversation, whoever holds it, and the other thread of its case.

    Raises `UnknownConversation`.
    """
    await cases.lock_case(connection, conversation_id)
    found = await conversations.lock_conversation(connection, conversation_id)
    if found is None:
        raise UnknownConversation("there is no such conversation")
    return found


async def lock_for(connection: Connection, conversation_id: int, staff: Staff) -> Conversation:
    """Lock a conversation for somebody who wants to act on it.

    Raises `UnknownConversation`, or `Conflict` when a colleague holds it, or the other thread of its case.
    """
    found = await lock(connection, conversation_id)
    check_free(found, staff)
    await check_beside_free(connection, found, staff)
    return found


def check_free(found: Conversation, staff: Staff) -> None:
    """Raise `Conflict` when a colleague holds the conversation: nobody answers blind over another."""
    if is_colleagues(found, staff):
        raise Conflict(f"{found.staff_name} has this conversation now")


async def check_beside_free(connection: Connection, found: Conversation, staff: Staff) -> None:
    """Raise `Conflict` when a colleague holds the other thread of a locked conversation's case."""
    for each in await both_of(connection, found.id):
        beside = await conversations.get_conversation(connection, each)
        if beside is not None and is_colleagues(beside, staff):
            raise Conflict(f"{beside.staff_name} has the other thread of this case now")


def is_colleagues(found: Conversation, staff: Staff) -> bool:
    """Tell whether a colleague holds it. Somebody in the platform's own app keeps nobody out here."""
    return found.status is Status.HELD and found.staff_id not in (None, staff.id)


def has(found: Conversation, staff: Staff) -> bool:
    """Tell whether this person holds the conversation."""
    return found.status is Status.HELD and found.staff_id == staff.id


async def hold_for(connection: Connection, found: Conversation, staff: Staff) -> bool:
    """Let a person have a locked conversation; returns True when that is news."""
    if has(found, staff):
        return False
    for conversation_id in await both_of(connection, found.id):
        await conversations.hold(connection, conversation_id, staff.id)
        await take_handoff(connection, conversation_id, staff)
    return True


async def both_of(connection: Connection, conversation_id: int) -> tuple[int, ...]:
    """Return a conversation and, where it is part of a case, the other thread: who has one has both."""
    link = await cases.find_open(connection, conversation_id)
    other = link.beside(conversation_id) if link else None
    return (conversation_id,) if other is None else (conversation_id, other)


async def take_handoff(connection: Connection, conversation_id: int, staff: Staff | None) -> None:
    """End the wait for a person: nobody is late any more. `staff` None is somebody we do not know."""
    # First the timers, as the clock does: locks in another order could wait for each other.
    await timers.cancel_timers(connection, conversation_id, DEADLINE_TIMER)
    await handoffs.take_handoff(connection, conversation_id, staff.id if staff else None)


async def close_handoff(connection: Connection, conversation_id: int) -> None:
    """Need no person any more. The deadline goes with its handoff: a later one has its own."""
    await timers.cancel_timers(connection, conversation_id, DEADLINE_TIMER)
    await handoffs.close_handoff(connection, conversation_id)


async def announce_status(road: Road, conversation_id: int, status: Status, staff: Staff | None) -> None:
    """Tell everybody who watches, also what does not leave any more because of it."""
    async with road.database.read() as connection:
        both = await both_of(connection, conversation_id)
    staff_id = staff.id if staff else None
    for each in both:
        await road.bus.live.publish("status", each, status=status.value, staff_id=staff_id)
        await _announce_withdrawn(road, each)


async def _announce_withdrawn(road: Road, conversation_id: int) -> None:
    async with road.database.read() as connection:
        withdrawn = await outbox.list_withdrawn(connection, conversation_id)
    for message_id in withdrawn:
        state = DeliveryState.FAILED.value
        await road.bus.live.publish("delivery", conversation_id, message_id=message_id, state=state)
