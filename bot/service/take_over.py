"""Take over: a conversation goes from the colleague who holds it to somebody who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.staff import Role
from bot.errors import Conflict
from bot.service.hold import both_of, is_colleagues, lock
from bot.service.sign_in import IDLE
from bot.service.take import announce_taken, join
from bot.storage import conversations
from bot.storage.presence import is_present

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.conversation import Conversation
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection


async def take_over(road: Road, conversation_id: int, staff: Staff) -> None:
    """Give the conversation to `staff`, also when a colleague holds it; a free one is simply taken.

    The thread says who took it from whom. Raises `Conflict` where `may_take_over` says no.
    """
    async with road.database.begin() as connection:
        found = await lock(connection, conversation_id)
        for each in await both_of(connection, conversation_id):
            await _check(road, connection, each, staff)
        news = await join(connection, found, staff)
    if news:
        await announce_taken(road, conversation_id, staff)


async def _check(road: Road, connection: Connection, conversation_id: int, staff: Staff) -> None:
    found = await conversations.get_conversation(connection, conversation_id)
    if found is None or not is_colleagues(found, staff):
        return
    if not await may_take_over(connection, found, staff, road.now()):
        raise Conflict(f"{found.staff_name} has this conversation and is at work; a lead can take it over")


async def may_take_over(connection: Connection, found: Conversation, staff: Staff, now: datetime) -> bool:
    """Tell whether `staff` may have what a colleague holds.

    Leads and admins may at any time, everybody else once the colleague is logged in nowhere: went
    home, or was disabled. False where no colleague holds it.
    """
    if not is_colleagues(found, staff) or found.staff_id is None:
        return False
    if staff.may(Role.LEAD):
        return True
    return not await is_present(connection, found.staff_id, now=now, seen_since=now - IDLE)
