"""Mark read: the customer has seen what we said, as far as a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.message import DeliveryState
from bot.storage import outbox

if TYPE_CHECKING:
    from bot.service.road import Road


async def mark_read(road: Road, conversation_id: int, up_to_message_id: int) -> list[int]:
    """Write it down and tell who watches; returns the ids of messages this was news for."""
    async with road.database.begin() as connection:
        changed = await outbox.mark_read(connection, conversation_id, up_to_message_id)
    if changed:
        state = DeliveryState.READ.value
        await road.bus.live.publish("delivery", conversation_id, message_id=max(changed), state=state)
    return changed
