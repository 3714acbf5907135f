"""Give back: the bot speaks again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bus.keys import Stream
from bot.domain.conversation import Status
from bot.domain.message import Author, Content, Kind, Settled
from bot.service.hold import announce_status, both_of, close_handoff, lock_for
from bot.storage import conversations, messages, outbox

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.database import Connection

LINE = "The assistant, a bot, is back. You can ask for a person at any time."


async def give_back(road: Road, conversation_id: int, staff: Staff) -> None:
    """Let the bot have the conversation.

    What came in while a person had it, and that nobody answered, the bot answers now; what led to
    the handoff counts as needing no answer any more.

    Raises `Conflict` when a colleague holds the conversation.
    """
    async with road.database.begin() as connection:
        found = await lock_for(connection, conversation_id, staff)
        if found.status in (Status.BOT, Status.RESOLVED):
            return
        waits = await release(connection, conversation_id)
    await announce_given_back(road, conversation_id, waits=waits)


async def release(connection: Connection, conversation_id: int) -> tuple[int, ...]:
    """Give a locked conversation to the bot and say so in it, and the other thread of its case likewise.

    Returns in which of them messages wait for it.
    """
    both = await both_of(connection, conversation_id)
    for each in both:
        await outbox.withdraw_promise(connection, each)
    return tuple([each for each in both if await _release_one(connection, each)])


async def _release_one(connection: Connection, conversation_id: int) -> bool:
    await messages.settle_taken(connection, conversation_id, Settled.NOT_NEEDED)
    answer_seq = await messages.get_last_waiting_seq(connection, conversation_id)
    await conversations.release_to_bot(connection, conversation_id, answer_seq=answer_seq)
    await close_handoff(connection, conversation_id)
    line = Content(text=LINE)
    await messages.append_message(connection, conversation_id, line, author=Author.SYSTEM, kind=Kind.LINE)
    return answer_seq is not None


async def announce_given_back(road: Road, conversation_id: int, *, waits: tuple[int, ...]) -> None:
    """Tell everybody who watches that the bot is back, and wake it where messages wait."""
    await road.bus.work.put(Stream.ANSWER, *waits)
    await announce_status(road, conversation_id, Status.BOT, None)
    await road.bus.live.publish("message", conversation_id, author=Author.SYSTEM.value)
