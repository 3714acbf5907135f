"""A person who steps in while the bot thinks is no failure of the bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.domain.staff import Staff
from bot.engines.engine import Turn
from bot.errors import LeaseLost
from bot.service.answer import MAX_ATTEMPTS, answer
from bot.service.give_back import give_back
from bot.service.receive import receive
from bot.service.resolve import resolve
from bot.service.road import Road
from bot.service.take import take
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

Act = Callable[[Road, int, Staff], Awaitable[None]]


async def _open_again(road: Road, conversation_id: int, staff: Staff) -> None:
    """Give it back with words to answer, or let the contact open it again."""
    await give_back(road, conversation_id, staff)
    await receive(road, says("and now?"))


@pytest.mark.parametrize("step_in", [take, resolve])
async def test_stepping_in_again_and_again_does_not_add_up_to_a_failure(road: Road, step_in: Act) -> None:
    mara = await add_agent(road, "Mara")

    async def interrupt(turn: Turn) -> None:
        await step_in(road, turn.messages[0].conversation_id, mara)

    received = await receive(road, says("hello"))
    assert received.conversation_id is not None
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(LeaseLost):
            await answer(road, PlainEngine(before=interrupt), received.conversation_id)
        await _open_again(road, received.conversation_id, mara)
    answered = await answer(road, PlainEngine(), received.conversation_id)
    assert answered is not None
    assert not answered.handed_off
