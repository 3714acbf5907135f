"""Somebody answers in the platform's own app: the desk knows, and is not shut out."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.conversation import Conversation, Status
from bot.domain.handoff import Handoff, Priority
from bot.domain.message import Kind
from bot.service.answer import answer
from bot.service.list_queue import list_queue
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.take import take
from bot.storage import conversations, handoffs
from bot.storage.depths import get_depths
from bot.storage.queue import QueueView
from tests.fakes.engine import PlainEngine
from tests.integration.desk.conftest import Browser
from tests.integration.service.events import says


async def _echo(road: Road) -> None:
    await receive(road, says("I am on it", sender="ann", kind=Kind.ECHO))


async def _found(road: Road, conversation_id: int) -> tuple[Conversation, Handoff]:
    async with road.database.read() as connection:
        found = await conversations.get_conversation(connection, conversation_id)
        (handoff,) = await handoffs.list_handoffs(connection, conversation_id)
    assert found is not None
    return found, handoff


async def test_nobody_is_late_any_more_once_somebody_answered_in_the_app(road: Road, queued: int) -> None:
    await _echo(road)
    found, handoff = await _found(road, queued)
    assert (found.status, found.staff_id) == (Status.HELD, None)
    assert handoff.taken_at is not None
    assert (handoff.taken_by, handoff.priority) == (None, Priority.NORMAL)
    async with road.database.read() as connection:
        assert (await get_depths(connection)).longest_wait == 0
        assert await timers_left(road) == 0
    (entry,) = await list_queue(road, view=QueueView.OPEN)
    assert entry.deadline is None


async def timers_left(road: Road) -> int:
    async with road.database.read() as connection:
        left = await connection.exec_driver_sql("SELECT count(*) FROM timer WHERE done_at IS NULL")
        return int(left.scalar_one())


async def test_a_colleague_at_the_desk_keeps_the_conversation(road: Road, mara: Browser, queued: int) -> None:
    await take(road, queued, mara.staff)
    await _echo(road)
    found, handoff = await _found(road, queued)
    assert (found.status, found.staff_id) == (Status.HELD, mara.staff.id)
    assert handoff.taken_by == mara.staff.id


async def test_whoever_watches_hears_that_it_is_held(road: Road, queued: int) -> None:
    async with road.bus.live.subscribe(conversation_id=queued) as events, asyncio.timeout(20):
        await _echo(road)
        async for event in events:
            if event.kind == "status" and event.data["status"] == Status.HELD.value:
                break


@pytest.mark.parametrize(
    ("act", "status"), [("take", Status.HELD), ("give-back", Status.BOT), ("resolve", Status.RESOLVED)]
)
async def test_the_desk_can_take_it_give_it_back_and_resolve_it(
    road: Road, mara: Browser, queued: int, act: str, status: Status
) -> None:
    await _echo(road)
    page = await mara.get(f"/desk/c/{queued}")
    assert "A colleague answers in the platform&#39;s own app." in page
    assert "data-locked" not in page
    assert f'data-act="{act}"' in page
    assert (await mara.act(f"/desk/c/{queued}/{act}"))[0] == 204
    assert (await _found(road, queued))[0].status is status


async def test_given_back_the_bot_speaks_again(road: Road, mara: Browser, queued: int) -> None:
    await _echo(road)
    await mara.act(f"/desk/c/{queued}/give-back")
    await receive(road, says("what are your hours", sender="ann"))
    assert await answer(road, PlainEngine(), queued) is not None
