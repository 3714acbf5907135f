"""A process that answers too begins a turn with the message that it has just stored."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.bus.keys import Stream, work_key
from bot.domain.message import Author
from bot.service.answer import answer
from bot.service.loops import run_worker
from bot.service.receive import receive
from bot.storage import messages
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.service.road import Road


@asynccontextmanager
async def worker_at_home(road: Road, *, slots: int = 4) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker in this process for as long as the block lasts."""
    task = asyncio.create_task(run_worker(road, PlainEngine(), consumer="home", slots=slots))
    await asyncio.sleep(0)  # it begins
    assert road.here.crew
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def said(road: Road, conversation_id: int | None, *, replies: int) -> list[str]:
    """Wait for so many replies of the bot; return what it said."""
    assert conversation_id is not None
    async with asyncio.timeout(10):
        while True:
            async with road.database.read() as connection:
                stored = await messages.list_messages(connection, conversation_id)
            found = [message.content.text for message in stored if message.author is Author.BOT]
            if len(found) >= replies:
                return found
            await asyncio.sleep(0.02)


async def hints(road: Road) -> int:
    """Return how many hints to answer lie on the bus."""
    return int(await road.bus.redis.xlen(work_key(Stream.ANSWER)))


async def test_what_is_received_here_is_answered_without_the_bus(road: Road) -> None:
    async with worker_at_home(road):
        first = await receive(road, says("hello"))
        assert first.begun
        assert await said(road, first.conversation_id, replies=1) == ["1: hello"]
        second = await receive(road, says("again"))
        assert await said(road, second.conversation_id, replies=2) == ["1: hello", "2: again"]
        assert await hints(road) == 0


async def test_a_message_during_the_turn_waits_for_the_next(road: Road) -> None:
    async with worker_at_home(road):
        first = await receive(road, says("slow question"))
        await asyncio.sleep(0.2)  # the engine is at it; before, both would be answered together
        second = await receive(road, says("and another"))
        assert (first.begun, second.begun) == (True, False)
        expected = ["1: slow question", "2: and another"]
        assert await said(road, first.conversation_id, replies=2) == expected


async def test_without_a_free_hand_others_may_have_it(road: Road) -> None:
    async with worker_at_home(road, slots=1):
        assert (await receive(road, says("slow", sender="ann"))).begun
        other = await receive(road, says("hello", sender="bob"))
        assert not other.begun
        assert await said(road, other.conversation_id, replies=1) == ["1: hello"]


async def test_a_worker_that_stops_finishes_what_it_began_and_begins_nothing(road: Road) -> None:
    async with worker_at_home(road) as task:
        begun = await receive(road, says("slow", sender="ann"))
        task.cancel()
        await asyncio.sleep(0)
        late = await receive(road, says("hello", sender="bob"))
        assert (begun.begun, late.begun) == (True, False)
    assert await said(road, begun.conversation_id, replies=1) == ["1: slow"]
    assert late.conversation_id is not None
    assert await answer(road, PlainEngine(), late.conversation_id)  # nobody's lease is in the way
