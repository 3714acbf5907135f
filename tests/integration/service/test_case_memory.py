"""What the bot remembers of a public thread goes over to the private one, also while it answers there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.errors import LeaseLost
from bot.service.answer import answer
from bot.service.receive import receive
from tests.fakes.engine import PlainEngine
from tests.integration.service.cases import Wall, account, opened, place, posts, writes

if TYPE_CHECKING:
    from bot.engines.engine import Turn
    from bot.service.road import Road


class Slow:
    """An engine in the midst of a turn, until it may go on."""

    def __init__(self) -> None:
        self.began, self.may_end = asyncio.Event(), asyncio.Event()
        self.engine = PlainEngine(before=self._wait)

    async def _wait(self, _: Turn) -> None:
        self.began.set()
        async with asyncio.timeout(30):
            await self.may_end.wait()

    async def begin(self, road: Road, conversation_id: int) -> asyncio.Task[object]:
        """Begin a turn; returns once it is under way."""
        turn = asyncio.create_task(answer(road, self.engine, conversation_id))
        async with asyncio.timeout(30):
            await self.began.wait()
        return turn


async def test_turn_that_does_not_know_what_was_moved_meanwhile_is_refused_and_begun_anew(
    road: Road,
) -> None:
    town = place(road, account())
    private_id = await town.hear(writes("hello"))
    slow = Slow()
    await receive(town.road, writes("here I am"))
    turn = await slow.begin(town.road, private_id)
    town.connector.results = [opened()]
    await town.hear(posts("where is my order?"))
    slow.may_end.set()
    with pytest.raises(LeaseLost):
        await turn
    await answer(town.road, PlainEngine(), private_id)
    assert (await town.said(private_id))[-1].content.text == "2: here I am"  # it knows of the turn in public
    assert await town.ask("SELECT count(*) FROM message WHERE settled = 'waiting'") == ["0"]


async def test_memory_that_comes_with_a_message_survives_the_turn_before_it(road: Road) -> None:
    wall = place(road, account(Wall))
    private_id = await wall.hear(writes("hello", sender="psid"))
    public_id = await wall.hear(posts("where is my order?"))
    slow = Slow()
    await receive(wall.road, writes("hello again", sender="psid"))
    turn = await slow.begin(wall.road, private_id)
    await receive(wall.road, writes("number 5", sender="psid", word="post-1"))
    slow.may_end.set()
    with pytest.raises(LeaseLost):
        await turn
    assert (await wall.link_of(public_id)) is not None
    await answer(wall.road, PlainEngine(), private_id)
    assert await wall.ask(f"SELECT state ->> 'turns' FROM tracker WHERE conversation_id = {private_id}") == [
        "2"
    ]
