"""Answer anyway: a person takes a public post that was left alone wrongly.

They hold the conversation from this commit on. Nobody was promised anything, so there is no handoff: whoever
asks for the answer gives it, or gives the post to the bot, which does not leave it alone a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import UnknownConversation
from bot.service.hold import lock_for
from bot.service.take import announce_taken, join
from bot.storage import left_alone

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road


async def answer_anyway(road: Road, message_id: int, staff: Staff) -> int:
    """Let a post wait for an answer, with `staff` as the holder of its conversation; returns that.

    Raises `UnknownConversation` where the message was not left alone, `Conflict` when a colleague holds the
    conversation.
    """
    async with road.database.begin() as connection:
        conversation_id = await left_alone.get_conversation_id(connection, message_id)
        if conversation_id is None:
            raise UnknownConversation("there is no such post among those left alone")
        found = await lock_for(connection, conversation_id, staff)
        await left_alone.overrule(connection, message_id, staff.id)
        news = await join(connection, found, staff)
    if news:
        await announce_taken(road, conversation_id, staff)
    return conversation_id
