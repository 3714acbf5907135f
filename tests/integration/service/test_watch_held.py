"""Who waits for a person that is not there stands among those that wait, until somebody answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.conversation import Status
from bot.domain.message import Kind
from bot.service.give_back import give_back
from bot.service.list_queue import QueueEntry, list_queue
from bot.service.receive import receive
from bot.service.staff_reply import staff_reply
from bot.service.sweep import sweep
from bot.service.take import take
from bot.service.watch_held import watch_held
from bot.storage import sessions
from bot.storage.queue import QueueView
from bot.storage.sessions import NewSession
from tests.integration.service.delivering import answered, let_pass
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.road import Road

PROMISED = timedelta(minutes=30)  # a first answer of the default queue


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara")


async def list_waiting(road: Road) -> list[QueueEntry]:
    await sweep(road, grace=timedelta(seconds=5))
    return await list_queue(road, view=QueueView.WAITING)


async def come_in(road: Road, staff: Staff) -> None:
    """Let somebody be logged in."""
    now = road.now()
    session = NewSession(
        token="token", staff_id=staff.id, csrf="csrf", created_at=now, expires_at=now + timedelta(hours=1)
    )
    async with road.database.begin() as connection:
        await sessions.insert_session(connection, session)


async def held_in_the_app(road: Road) -> int:
    conversation_id = await answered(road, says("one"))
    await receive(road, says("I am on it", kind=Kind.ECHO))
    await receive(road, says("and?"))
    return conversation_id


async def test_word_after_a_colleagues_in_the_app_is_not_forgotten(road: Road) -> None:
    conversation_id = await held_in_the_app(road)
    assert await list_waiting(road) == []  # they may answer there in a moment
    await let_pass(road, conversation_id, PROMISED + timedelta(minutes=1))
    (entry,) = await list_waiting(road)
    assert (entry.row.status, entry.waiting_since is not None) == (Status.HELD, True)
    assert entry.score.grounds == ("left waiting by who has it",)
    await receive(road, says("here it is", kind=Kind.ECHO))
    assert await list_waiting(road) == []


async def test_colleague_who_went_home_keeps_nobody_waiting_unseen(road: Road, mara: Staff) -> None:
    conversation_id = await answered(road, says("one"))
    await take(road, conversation_id, mara)
    await receive(road, says("and?"))
    await let_pass(road, conversation_id, PROMISED + timedelta(minutes=1))
    async with road.bus.live.subscribe(conversation_id=conversation_id) as events:
        assert await watch_held(road) == 1
        assert await watch_held(road) == 0
        async with asyncio.timeout(20):
            async for event in events:
                if event.data.get("late"):  # what `take` told may come first
                    assert event.kind == "status"
                    break
    assert len(await list_waiting(road)) == 1
    await staff_reply(road, conversation_id, mara, "Sorry, here I am.", key="1")
    assert await list_waiting(road) == []


async def test_colleague_who_is_there_is_left_in_peace(road: Road, mara: Staff) -> None:
    conversation_id = await answered(road, says("one"))
    await take(road, conversation_id, mara)
    await come_in(road, mara)
    await receive(road, says("and?"))
    await let_pass(road, conversation_id, timedelta(days=1))
    assert await list_waiting(road) == []


async def test_mark_goes_when_the_bot_has_it_again(road: Road, mara: Staff) -> None:
    conversation_id = await held_in_the_app(road)
    await let_pass(road, conversation_id, PROMISED + timedelta(minutes=1))
    assert len(await list_waiting(road)) == 1
    await give_back(road, conversation_id, mara)
    assert await list_waiting(road) == []
