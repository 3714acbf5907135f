from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from bot.desk.deadlines import DEADLINE_TIMER
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.run_timers import run_timers
from bot.storage import timers
from tests.integration.service.events import says


async def test_timers_of_a_kind_this_version_does_not_know_are_left_to_those_who_do(road: Road) -> None:
    """While a newer version takes over, its timers may become due before an older clock."""
    received = await receive(road, says("hello"))
    assert received.conversation_id is not None
    due_at = road.now() - timedelta(minutes=1)
    async with road.database.begin() as connection:
        for kind in ("follow_up", DEADLINE_TIMER):
            await timers.set_timer(connection, received.conversation_id, kind, due_at)
    assert await run_timers(road) == 1
    async with road.database.read() as connection:
        left = await connection.execute(text("SELECT kind FROM timer WHERE done_at IS NULL"))
        assert list(left.scalars()) == ["follow_up"]
    async with road.database.begin() as connection:
        (timer,) = await timers.take_due_timers(connection, road.now(), kinds=["follow_up"])
    assert (timer.kind, timer.due_at) == ("follow_up", due_at)


async def test_timers_come_in_the_order_in_which_they_were_due(road: Road) -> None:
    """Several are due at once after a clock stood still."""
    received = await receive(road, says("hello"))
    assert received.conversation_id is not None
    now, ago = road.now(), {"third": 1, "first": 3, "second": 3}  # minutes
    async with road.database.begin() as connection:
        for kind, minutes in ago.items():
            due_at = now - timedelta(minutes=minutes)
            await timers.set_timer(connection, received.conversation_id, kind, due_at)
        taken = await timers.take_due_timers(connection, now, kinds=list(ago))
    assert [each.kind for each in taken] == ["first", "second", "third"]
