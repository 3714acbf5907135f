"""Read as customer: a conversation with what the customer may see of it, and who speaks with them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.conversation import BOT_MAY_SPEAK, Status
from bot.domain.staff import first_name
from bot.service.receive import get_account_id
from bot.storage import conversations, handoffs, messages
from bot.storage.presence import is_anybody_present

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.conversation import Conversation
    from bot.domain.message import Message
    from bot.service.road import Road

PAGE = 50  # messages shown at once
AT_WORK = timedelta(minutes=30)  # since somebody last did anything at the desk


class Speaker(StrEnum):
    """Whom the customer talks to."""

    BOT = "bot"
    QUEUE = "queue"  # a person was promised and has not come yet
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who speaks. `name` is a first name; `by` is when a first answer was promised for.

    `there`: somebody who could answer is at work; only looked at while a person is waited for.
    """

    speaker: Speaker = Speaker.BOT
    name: str | None = None
    by: datetime | None = None
    there: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Messages oldest first. `more`: there are others beyond its far end."""

    messages: tuple[Message, ...] = ()
    more: bool = False


async def find_conversation(road: Road, account: str, visitor: str) -> int | None:
    """Return the conversation of a visitor of the web chat, None before their first message."""
    account_id = await get_account_id(road, "webchat", account)
    async with road.database.read() as connection:
        return await conversations.find_conversation_id(connection, account_id, visitor)


async def get_holder(road: Road, conversation_id: int) -> Holder:
    """Return who speaks with the customer now."""
    async with road.database.read() as connection:
        conversation = await conversations.get_conversation(connection, conversation_id)
        if conversation is None:
            return Holder()
        promised = conversation.status is Status.QUEUED
        found = await handoffs.list_handoffs(connection, conversation_id, limit=1) if promised else []
        now = road.now()
        there = not promised or await is_anybody_present(connection, now=now, seen_since=now - AT_WORK)
    by = found[0].deadline_at if found and found[0].closed_at is None else None
    name = first_name(conversation.staff_name)
    return Holder(speaker=speaker_of(conversation), name=name, by=by, there=there)


def speaker_of(conversation: Conversation) -> Speaker:
    """Tell whom the customer talks to.

    Someone who snoozed a conversation still has it; one held by nobody we know is a person's who
    writes in the platform's own app.
    """
    if conversation.status in BOT_MAY_SPEAK:
        return Speaker.BOT
    has_person = conversation.status is Status.HELD or conversation.staff_id is not None
    return Speaker.STAFF if has_person else Speaker.QUEUE


async def read_after(road: Road, conversation_id: int, after_id: int) -> Page:
    """Return the first messages after `after_id`."""
    async with road.database.read() as connection:
        found = await messages.list_messages(
            connection,
            conversation_id,
            after_id=after_id,
            limit=PAGE + 1,
            customer_view=True,
        )
    return Page(messages=tuple(found[:PAGE]), more=len(found) > PAGE)


async def read_before(road: Road, conversation_id: int, before_id: int | None = None) -> Page:
    """Return the last messages before `before_id`, or the very last."""
    async with road.database.read() as connection:
        found = await messages.list_messages(
            connection,
            conversation_id,
            before_id=before_id,
            limit=PAGE + 1,
            customer_view=True,
        )
    return Page(messages=tuple(found[-PAGE:]), more=len(found) > PAGE)
