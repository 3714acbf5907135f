"""A process that ends finishes what it began and begins nothing new: a deploy leaves no doubt behind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.bus.keys import Stream
from bot.bus.work import Work
from bot.domain.message import DeliveryState
from bot.service.loops import run_courier
from tests.fakes.connector import scripted_connector
from tests.integration.service.delivering import answered, states_of
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road


async def test_a_courier_told_to_stop_ends_the_send_under_way_and_leaves_the_rest(road: Road) -> None:
    brisk = replace(road, turn_limit=timedelta(milliseconds=50), send_limit=timedelta(seconds=5))
    connector = scripted_connector()
    connector.delay = timedelta(seconds=0.6)
    conversation_id = await answered(brisk, says("one"), says("two"))
    connectors = {("webchat", "lyra"): connector}
    courier = asyncio.create_task(run_courier(brisk, connectors, consumer="first", slots=4))
    async with asyncio.timeout(20):
        while not connector.sent:  # noqa: ASYNC110 - a test's patience
            await asyncio.sleep(0.02)
    courier.cancel()
    with suppress(asyncio.CancelledError):
        await courier
    assert await states_of(road, conversation_id) == [
        ("1: one", DeliveryState.SENT),
        ("2: two", DeliveryState.PENDING),
    ]
    # Another courier need not wait for a lease to run out, nor for the sweep.
    assert await road.bus.work.take(Stream.DELIVER, "second", most=4) == [conversation_id]


class Deaf(Work):
    """Swallows a cancellation that meets it, as redis-py does while it connects."""

    @override
    async def take(self, stream: Stream, consumer: str, *, most: int) -> list[int]:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.01)
        return []


async def test_a_cancellation_that_a_library_swallowed_ends_a_loop_all_the_same(road: Road) -> None:
    work = Deaf(road.bus.redis, road.bus.redis)
    deaf = replace(road, bus=replace(road.bus, work=work))
    courier = asyncio.create_task(run_courier(deaf, {}, consumer="first", slots=4))
    await asyncio.sleep(0.005)
    courier.cancel()
    done, _ = await asyncio.wait([courier], timeout=20)
    assert done == {courier}


def test_what_is_under_way_gets_the_time_it_may_take(road: Road) -> None:
    long = timedelta(minutes=1)
    assert replace(road, send_limit=long).patience > long
    assert replace(road, turn_limit=long).patience > long
