"""Staff reply: a person answers, by the same door as the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bus.keys import Stream
from bot.domain.conversation import Status
from bot.domain.message import Author, Content, Kind, Message, Settled
from bot.domain.proposal import ProposalReason
from bot.errors import BadPayload
from bot.service.hold import announce_status, hold_for, lock_for
from bot.service.take import joining_line
from bot.storage import messages, outbox, proposals

if TYPE_CHECKING:
    from bot.domain.conversation import Conversation
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection

MAX_TEXT = 10_000


async def staff_reply(road: Road, conversation_id: int, staff: Staff, text: str, *, key: str) -> Message:
    """Commit a person's answer and queue it for delivery; who answers, holds the conversation.

    `key` is the browser's idempotency key: the same key again returns the message it made before.
    Raises `Conflict` when a colleague holds the conversation, `BadPayload` for an empty text.
    """
    cleaned = check_text(text)
    async with road.database.begin() as connection:
        found = await lock_for(connection, conversation_id, staff)
        message_id, new, joined = await _say(connection, found, staff, cleaned, key)
        if new:
            await outbox.queue_message(connection, conversation_id, message_id)
            answered = await messages.settle_waiting(connection, conversation_id, Settled.STAFF)
            await _propose(connection, answered)
        message = await messages.get_message(connection, message_id)
    assert message is not None
    if joined:
        await announce_status(road, conversation_id, Status.HELD, staff)
    if new:
        await road.bus.work.put(Stream.DELIVER, conversation_id)
        await road.bus.live.publish("message", conversation_id, message_id=message_id, author="staff")
    return message


async def _say(
    connection: Connection, found: Conversation, staff: Staff, text: str, key: str
) -> tuple[int, bool, bool]:
    """Store the words; returns (message id, True when new, True when the person joined with them)."""
    joined = await hold_for(connection, found, staff)
    if joined:
        line = Content(text=joining_line(staff))
        await messages.append_message(
            connection, found.id, line, author=Author.SYSTEM, kind=Kind.LINE, key=f"join:{key}"
        )
    message_id, new = await messages.append_message(
        connection, found.id, Content(text=text), author=Author.STAFF, staff_id=staff.id, key=f"reply:{key}"
    )
    return message_id, new, joined


async def _propose(connection: Connection, answered: list[Message]) -> None:
    """Show trainers what a person had to answer."""
    for message in answered:
        if message.kind is Kind.TEXT and message.content.text:
            await proposals.propose(connection, message, ProposalReason.STAFF_ANSWERED)


def check_text(text: str) -> str:
    """Return what a person wrote, fit to be stored and sent. Raises `BadPayload`."""
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not cleaned:
        raise BadPayload("write something first")
    if len(cleaned) > MAX_TEXT:
        raise BadPayload(f"the text is longer than {MAX_TEXT} characters: split it")
    return cleaned
