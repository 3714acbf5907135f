"""Show typing: the customer sees that a person writes, wherever the channel can show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.message import Author
from bot.storage import conversations

if TYPE_CHECKING:
    from bot.service.deliver import Connectors
    from bot.service.road import Road


async def show_typing(road: Road, connectors: Connectors, conversation_id: int) -> None:
    """Tell whoever watches the conversation, and the platform that carries it."""
    await road.bus.live.publish("typing", conversation_id, author=Author.STAFF.value)
    if not any(connector.capabilities.typing for connector in connectors.values()):
        return
    async with road.database.read() as connection:
        conversation = await conversations.get_conversation(connection, conversation_id)
    connector = conversation and connectors.get((conversation.channel, conversation.account))
    if conversation and connector and connector.capabilities.typing:
        await connector.typing(conversation.key)
