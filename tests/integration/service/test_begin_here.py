"""A process that answers too begins a turn with the message that it has just stored."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.bus.keys import Stream, work_key
from bot.connector import Delivery
from bot.domain.message import Author
from bot.service.answer import answer
from bot.service.fetch import fetch
from bot.service.loops import run_worker
from bot.service.receive import Received, receive
from bot.storage import messages
from bot.storage.database import open_database
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.engines.engine import Turn
    from bot.service.road import Road


@asynccontextmanager
async def worker_at_home(
    road: Road, engine: PlainEngine | None = None, *, slots: int = 4
) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker in this process for as long as the block lasts."""
    task = asyncio.create_task(run_worker(road, engine or PlainEngine(), consumer="home", slots=slots))
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
    async with asyncio.timeout(20):
        while True:
            async with road.database.read() as connection:
                stored = await messages.list_messages(connection, conversation_id)
            found = [message.content.text for message in stored if message.author is Author.BOT]
            if len(found) >= replies:
                return found
            await asyncio.sleep(0.02)


class Held(PlainEngine):
    """Answers what is "slow" when it may."""

    def __init__(self) -> None:
        super().__init__(before=self._hold)
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()

    async def _hold(self, turn: Turn) -> None:
        if "slow" in turn.messages[0].content.text:
            self.begun.set()
            await self.goes_on.wait()


async def hints(road: Road) -> int:
    """Return how many hints to answer lie on the bus."""
    return int(await road.bus.redis.xlen(work_key(Stream.ANSWER)))


async def ended(received: Received) -> None:
    """Return when the turn that took a message has ended, however slow the machine is."""
    assert received.turn
    await asyncio.wait_for(asyncio.shield(received.turn), 20)


async def test_what_is_received_here_is_answered_without_the_bus(road: Road) -> None:
    async with worker_at_home(road):
        first = await receive(road, says("hello"))
        assert first.turn
        assert await said(road, first.conversation_id, replies=1) == ["1: hello"]
        second = await receive(road, says("again"))
        assert await said(road, second.conversation_id, replies=2) == ["1: hello", "2: again"]
        assert await hints(road) == 0


async def test_a_message_during_the_turn_waits_for_the_next(road: Road) -> None:
    engine = Held()
    async with worker_at_home(road, engine):
        first = await receive(road, says("slow question"))
        await asyncio.wait_for(engine.begun.wait(), 20)  # before, both would be answered together
        second = await receive(road, says("and another"))
        engine.goes_on.set()
        assert (bool(first.turn), bool(second.turn)) == (True, False)
        expected = ["1: slow question", "2: and another"]
        assert await said(road, first.conversation_id, replies=2) == expected


async def test_without_a_free_hand_others_may_have_it(road: Road) -> None:
    engine = Held()
    async with worker_at_home(road, engine, slots=1):
        assert (await receive(road, says("slow", sender="ann"))).turn
        other = await receive(road, says("hello", sender="bob"))
        assert not other.turn
        engine.goes_on.set()
        assert await said(road, other.conversation_id, replies=1) == ["1: hello"]


async def test_a_worker_that_stops_finishes_what_it_began_and_begins_nothing(road: Road) -> None:
    async with worker_at_home(road) as task:
        begun = await receive(road, says("slow", sender="ann"))
        task.cancel()
        await asyncio.sleep(0)
        late = await receive(road, says("hello", sender="bob"))
        assert (bool(begun.turn), bool(late.turn)) == (True, False)
    assert await said(road, begun.conversation_id, replies=1) == ["1: slow"]
    assert late.conversation_id is not None
    assert await answer(road, PlainEngine(), late.conversation_id)  # nobody's lease is in the way


async def test_a_turn_knows_what_was_committed_while_its_message_waited_for_the_row(road: Road) -> None:
    async with worker_at_home(road):
        first = await receive(road, says("hello"))
        assert await said(road, first.conversation_id, replies=1) == ["1: hello"]
        async with road.database.begin() as connection:
            await connection.execute(text("UPDATE conversation SET resumed = resumed"))
            second = asyncio.create_task(receive(road, says("again")))
            await asyncio.sleep(0.2)  # it waits for the row
            await connection.execute(text("""UPDATE tracker SET state = '{"turns": 6}'"""))
        assert (await second).turn
        assert await said(road, first.conversation_id, replies=2) == ["1: hello", "7: again"]


async def test_a_caller_is_told_by_the_turn_itself_unless_something_else_waits_for_it(road: Road) -> None:
    pulls = {"delivery": Delivery.PULL.value}
    nowhere = replace(road, database=open_database("postgresql://nobody@127.0.0.1:1/nothing"))
    brief, long = timedelta(seconds=0.6), timedelta(minutes=1)
    async with worker_at_home(road):
        first = await receive(road, says("hello", reply_context=pulls))
        await ended(first)
        told = await fetch(nowhere, first, limit=long)
        (reply,) = told.replies
        assert (told.turn_id, reply.content.text, reply.author) == (first.message_id, "1: hello", Author.BOT)
        # That it was read has not been written down: whoever told it knows, nobody else does.
        second = await receive(road, says("again", reply_context=pulls))
        await ended(second)
        looked = await fetch(nowhere, second, limit=brief)
        assert looked.turn_id is None
        known = await fetch(nowhere, second, limit=long, told={reply.id})
        assert [each.content.text for each in known.replies] == ["2: again"]
        assert await fetch(road, second, limit=long) == replace(known, unread=())
