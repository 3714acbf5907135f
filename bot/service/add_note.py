"""Add note: words for colleagues that the customer never sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.message import Author, Content, Kind
from bot.service.hold import lock
from bot.service.staff_reply import check_text, find_said
from bot.storage import messages

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road


async def add_note(road: Road, conversation_id: int, staff: Staff, text: str, *, key: str) -> int:
    """Commit a note; returns its message id. Anybody may note, whoever holds the conversation.

    `key` is the browser's idempotency key. Raises `Conflict` when it stands for another note.
    """
    content = Content(text=check_text(text))
    async with road.database.begin() as connection:
        await lock(connection, conversation_id)
        known = await find_said(connection, conversation_id, f"note:{key}", content)
        if known is not None:
            return known.id
        message_id = await messages.append_message(
            connection,
            conversation_id,
            content,
            author=Author.STAFF,
            kind=Kind.NOTE,
            staff_id=staff.id,
            key=f"note:{key}",
        )
    await road.bus.live.publish("message", conversation_id, message_id=message_id, author="staff")
    return message_id
