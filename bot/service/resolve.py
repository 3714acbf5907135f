"""Resolve: the matter is closed; the contact's next word opens it again, with the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bus.keys import Stream
from bot.domain.conversation import Status
from bot.domain.message import Author, Settled
from bot.errors import Conflict
from bot.service.hold import announce_status, both_of, close_handoff, lock_for
from bot.service.say_closing_word import say_closing_word
from bot.storage import cases, conversations, messages, outbox

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection


async def resolve(
    road: Road, conversation_id: int, staff: Staff, *, seen: int | None = None, quietly: bool = False
) -> None:
    """Close the conversation and whatever still waited in it; look at one that is closed already.

    `seen` is the last message its reader saw. Of a case both threads are closed, and the public one gets a
    closing word, unless `quietly`. Raises `Conflict` when a colleague holds the conversation, or the contact
    wrote after `seen`.
    """
    both: tuple[int, ...] = (conversation_id,)
    word = None
    async with road.database.begin() as connection:
        found = await lock_for(connection, conversation_id, staff)
        if found.status is Status.RESOLVED:
            await conversations.set_attention(connection, conversation_id, None)
        else:
            both = await both_of(connection, conversation_id)
            word = await close(road, connection, conversation_id, seen=seen, quietly=quietly)
    for each in both:
        await announce_status(road, each, Status.RESOLVED, staff)
    await announce_closing_word(road, word)


async def close(
    road: Road, connection: Connection, conversation_id: int, *, seen: int | None, quietly: bool = False
) -> tuple[int, int] | None:
    """Close a locked conversation, and the other thread of its case.

    Returns (conversation, message) of the closing word, for `announce_closing_word`. Raises `Conflict` rather
    than discard words that nobody read.
    """
    both = await both_of(connection, conversation_id)
    for each in both:
        if seen is not None and await messages.has_words_after(connection, each, seen):
            raise Conflict("the customer wrote again; read it first")
    for each in both:
        await outbox.withdraw_promise(connection, each)
    link = await cases.find_open(connection, conversation_id)
    said = await say_closing_word(road, connection, link) if link and not quietly else None
    for each in both:
        await messages.settle_waiting(connection, each, Settled.NOT_NEEDED)
        await conversations.set_resolved(connection, each)
        await close_handoff(connection, each)
    if link:
        await cases.close_link(connection, link.id, closing_id=said)
    return (link.public_id, said) if link and said else None


async def announce_closing_word(road: Road, word: tuple[int, int] | None) -> None:
    """Let a closing word be sent, and seen by who watches."""
    if word is not None:
        await road.bus.work.put(Stream.DELIVER, word[0])
        await road.bus.live.publish("message", word[0], message_id=word[1], author=Author.BOT.value)
