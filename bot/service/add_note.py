"""Add note: words for colleagues that the customer never sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.message import Author, Content, Kind
from bot.errors import UnknownConversation
from bot.service.staff_reply import check_text
from bot.storage import conversations, messages

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road


async def add_note(road: Road, conversation_id: int, staff: Staff, text: str, *, key: str) -> int:
    """Commit a note; returns its message id. Anybody may note, whoever holds the conversation."""
    content = Content(text=check_text(text))
    async with road.database.begin() as connection:
        if await conversations.lock_conversation(connection, conversation_id) is None:
            raise UnknownConversation("there is no such conversation")
        message_id, new = await messages.append_message(
            connection,
            conversation_id,
            content,
            author=Author.STAFF,
            kind=Kind.NOTE,
            staff_id=staff.id,
            key=f"note:{key}",
        )
    if new:
        await road.bus.live.publish("message", conversation_id, message_id=message_id, author="staff")
    return message_id
