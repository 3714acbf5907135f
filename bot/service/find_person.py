"""Find person: somebody seen now under one id, now under another, stays in one conversation.

Ids that one event names together are one person's, by the platform's own word. Two conversations that exist
already are left as they are: staff decide whether two people are one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.conversation import Surface
from bot.storage.known_ids import lead

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road


async def find_person(road: Road, account_id: int, event: InboundEvent) -> InboundEvent:
    """Return an event in the conversation that its sender's ids lead to, and remember new ones."""
    if not event.conversation_key or event.surface is not Surface.DIRECT:
        return event
    ids = {event.conversation_key, event.sender.native_id, *event.sender.other_ids} - {""}
    async with road.database.direct() as connection:
        key = await lead(connection, account_id, ids, event.conversation_key)
    return replace(event, conversation_key=key)
