"""A deadline belongs to its handoff: it ends with it, and says nothing about a later one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.deadlines import DEADLINE_TIMER
from bot.domain.handoff import Handoff, Priority
from bot.domain.staff import Staff
from bot.service.give_back import give_back
from bot.service.resolve import resolve
from bot.service.road import Road
from bot.service.run_timers import run_timers
from bot.service.take import take
from bot.storage import handoffs, timers
from tests.integration.service.delivering import answered
from tests.integration.service.events import says
from tests.integration.service.people import add_agent


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara")


def _after(road: Road, minutes: int) -> Road:
    """Return the road as many minutes later, as far as its own clock goes."""
    return replace(road, now=lambda: road.now() + timedelta(minutes=minutes))


async def _complain(road: Road) -> int:
    return await answered(road, says("a person please"))


async def _newest(road: Road, conversation_id: int) -> Handoff:
    async with road.database.read() as connection:
        return (await handoffs.list_handoffs(connection, conversation_id))[0]


async def test_nobody_in_time_makes_it_urgent(road: Road) -> None:
    complaint = await _complain(road)
    assert await run_timers(_after(road, 29)) == 0
    assert await run_timers(_after(road, 31)) == 1
    assert (await _newest(road, complaint)).priority is Priority.URGENT


async def test_the_deadline_of_an_earlier_complaint_does_not_hurry_a_later_one(
    road: Road, mara: Staff
) -> None:
    complaint = await _complain(road)
    await resolve(_after(road, 5), complaint, mara)
    assert await _complain(_after(road, 28)) == complaint
    assert await run_timers(_after(road, 31)) == 0
    assert (await _newest(road, complaint)).priority is Priority.NORMAL
    await run_timers(_after(road, 59))
    assert (await _newest(road, complaint)).priority is Priority.URGENT


async def test_a_timer_without_a_missed_deadline_changes_nothing(road: Road) -> None:
    complaint = await _complain(road)
    async with road.database.begin() as connection:
        await timers.set_timer(connection, complaint, DEADLINE_TIMER, road.now())
    assert await run_timers(_after(road, 1)) == 1
    assert (await _newest(road, complaint)).priority is Priority.NORMAL


@pytest.mark.parametrize("act", [take, give_back, resolve])
async def test_no_deadline_is_left_where_nobody_waits(
    road: Road, mara: Staff, act: Callable[[Road, int, Staff], Awaitable[None]]
) -> None:
    complaint = await _complain(road)
    await act(road, complaint, mara)
    assert await run_timers(_after(road, 31)) == 0
