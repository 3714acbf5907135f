"""Find person: somebody seen now under one id, now under another, stays in one conversation.

Ids that one event names together are one person's, by the platform's own word. Two conversations that exist
already are left as they are: staff decide whether two people are one. A phone number that passes to somebody
else leads them to a conversation of their own, and the one before goes on under an id that stayed its
contact's, so that nobody reads what was said to another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.domain.contact import FORMER, PASSED_ON, is_number
from bot.domain.conversation import Surface
from bot.domain.message import Author, Content, Kind
from bot.storage import conversations, known_ids, messages

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.service.road import Road
    from bot.storage.database import Connection
    from bot.storage.known_ids import Led

log = structlog.get_logger(__name__)

LOST = (
    "Their phone number belongs to somebody else now, whose conversation is another one. What is written "
    "here goes to their user id, where the platform still knows it."
)


async def find_person(road: Road, account_id: int, event: InboundEvent) -> InboundEvent:
    """Return an event in the conversation that its sender's ids lead to, and remember new ones."""
    if not event.conversation_key or event.surface is not Surface.DIRECT:
        return event
    given_up = set(event.sender.given_up)
    ids = {event.conversation_key, event.sender.native_id, *event.sender.other_ids} - {""}
    async with road.database.direct() as connection:
        # Told late or again, an id that was given up may be somebody else's by now.
        if given_up and await known_ids.list_known(connection, account_id, ids - given_up):
            ids -= given_up
        led = await known_ids.lead(connection, account_id, ids, event.conversation_key)
    if led.left_key is not None:
        await _part(road, account_id, led)
        event = replace(event, metadata={**event.metadata, PASSED_ON: True})
    key = await _give_up(road, account_id, event, led.key) if given_up else led.key
    return replace(event, conversation_key=key)


async def _part(road: Road, account_id: int, led: Led) -> None:
    """Let the conversation of whoever had a number go on under an id that is theirs, and tell staff."""
    assert led.left_key is not None
    left, place = led.left_key, None
    async with road.database.begin() as connection:
        if is_number(left):
            theirs = await known_ids.list_known(connection, account_id, key=left)
            keys = [native_id for native_id in theirs if not is_number(native_id)]
            place = await known_ids.move_thread(connection, account_id, left, keys)
        place = place or await conversations.find_conversation_id(connection, account_id, left)
        if place is not None:
            await _tell(connection, place, key=f"lost:{led.key}")
    log.info("a phone number has passed to somebody else", conversation_id=place)


async def _give_up(road: Road, account_id: int, event: InboundEvent, key: str) -> str:
    """Let ids that somebody gave up lead nowhere; returns the key of their conversation from now on.

    A user id is nobody else's afterwards, and still leads there what is told late.
    """
    async with road.database.begin() as connection:
        known = await known_ids.list_known(connection, account_id, event.sender.given_up, key=key)
        theirs = [each for each in event.sender.given_up if known.get(each) == key]
        for native_id in filter(is_number, theirs):
            await known_ids.forget(connection, account_id, native_id)
        if key not in theirs:
            return key
        named = (event.sender.native_id, *event.sender.other_ids)
        now = [each for each in named if each not in event.sender.given_up]
        keys = [*sorted(now, key=is_number, reverse=True), f"{FORMER}{key}"]
        moved = await known_ids.move_thread(connection, account_id, key, keys)
        if moved is None:
            return key
        found = await conversations.get_conversation(connection, moved)
        return found.key if found is not None else key


async def _tell(connection: Connection, conversation_id: int, *, key: str) -> None:
    await conversations.lock_conversation(connection, conversation_id)
    if await messages.find_own(connection, conversation_id, key) is None:
        note = Content(text=LOST)
        await messages.append_message(
            connection, conversation_id, note, author=Author.SYSTEM, kind=Kind.NOTE, key=key
        )
