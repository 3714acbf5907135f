"""Correct triage: somebody at the desk says what a message is; trainers teach it, or do not.

It changes nothing about the conversation: whoever sees that a message was misjudged is at work on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.desk.labels import CHOICES
from bot.domain.message import Author, Kind
from bot.errors import BadPayload, Conflict, UnknownConversation
from bot.storage import corrections, messages

if TYPE_CHECKING:
    from bot.domain.message import Message
    from bot.domain.staff import Staff
    from bot.service.road import Road

log = structlog.get_logger(__name__)

_TAKEN_UP = "a trainer has decided about it already"


async def correct_triage(
    road: Road, conversation_id: int, message_id: int, staff: Staff, *, choice: str
) -> None:
    """Say one thing of a customer's message, by a name in `CHOICES`. Anybody may, whoever holds it.

    A later word takes the place of an earlier one to the same question, also a colleague's: a text is
    taught with one label, and the log keeps who said what. Raises `UnknownConversation`, `BadPayload`,
    and `Conflict` when a trainer has decided about the message already.
    """
    labels = CHOICES.get(choice)
    if labels is None:
        raise BadPayload("this page is out of date; load it again")
    async with road.database.begin() as connection:
        message = await messages.get_message(connection, message_id)
        check_correctable(message, conversation_id)
        done = await corrections.say(connection, message_id, labels, staff_id=staff.id)
    if not done:
        raise Conflict(_TAKEN_UP)
    log.info("Triage corrected", message_id=message_id, choice=choice, staff_id=staff.id)
    await announce_correction(road, conversation_id, message_id)


async def withdraw_correction(road: Road, conversation_id: int, message_id: int, staff: Staff) -> None:
    """Let a message be as it was judged. Raises as `correct_triage` does; twice is as good as once."""
    async with road.database.begin() as connection:
        message = await messages.get_message(connection, message_id)
        check_correctable(message, conversation_id)
        done = await corrections.unsay(connection, message_id)
        left = {} if done else await corrections.list_corrections(connection, [message_id])
    if left:
        raise Conflict(_TAKEN_UP)
    log.info("Triage correction withdrawn", message_id=message_id, staff_id=staff.id)
    await announce_correction(road, conversation_id, message_id)


async def announce_correction(road: Road, conversation_id: int, message_id: int) -> None:
    """Tell the pages that show this message, and those of trainers."""
    await road.bus.live.publish("correction", conversation_id, message_id=message_id)


def check_correctable(message: Message | None, conversation_id: int) -> None:
    """Raise `UnknownConversation` unless a customer wrote this message here, in words."""
    if (
        message is None
        or message.conversation_id != conversation_id
        or message.author is not Author.CONTACT
        or message.kind is not Kind.TEXT
        or not message.content.text
    ):
        raise UnknownConversation("there is no such message of a customer")
