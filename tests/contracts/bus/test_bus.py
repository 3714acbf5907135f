from __future__ import annotations

import asyncio
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.bus.bus import Bus, open_bus
from bot.bus.keys import LIVE, Stream
from bot.bus.live import RESET, Live, LiveEvent, Subscription
from bot.embedded import start_valkey
from bot.errors import BusUnavailable


async def _next(events: Subscription) -> LiveEvent:
    """Return what comes next, but for what `_ready` of another process said a moment before."""
    async with asyncio.timeout(20):
        return await anext(event async for event in events if event.kind != "probe")


async def _ready(bus: Bus) -> None:
    """Wait until the reader follows the stream."""
    async with bus.live.subscribe() as events:
        while True:
            await bus.live.publish("probe")
            try:
                await asyncio.wait_for(anext(events), 0.2)
            except TimeoutError:
                continue
            return


async def test_work_is_shared_and_taken_once(bus: Bus, other_bus: Bus) -> None:
    await bus.work.put(Stream.ANSWER, *range(1, 101))
    taken = [await bus.work.take(Stream.ANSWER, "a", most=10)]  # the first call makes the group
    for turn in range(30):
        taker = (bus, other_bus)[turn % 2]
        taken.append(await taker.work.take(Stream.ANSWER, f"c{turn % 2}", most=10))
        if sum(map(len, taken)) == 100:
            break
    assert sorted(each for batch in taken for each in batch) == list(range(1, 101))


async def test_work_put_before_anybody_listened_is_not_lost(bus: Bus) -> None:
    await bus.work.put(Stream.DELIVER, 7)
    first = await bus.work.take(Stream.DELIVER, "a", most=10)
    assert first or await bus.work.take(Stream.DELIVER, "a", most=10) == [7]


async def test_take_goes_on_after_a_flush(bus: Bus) -> None:
    await bus.work.take(Stream.ANSWER, "a", most=1)
    await bus.redis.flushall()
    await bus.work.put(Stream.ANSWER, 1)
    taken: list[int] = []
    while not taken:
        taken = await asyncio.wait_for(bus.work.take(Stream.ANSWER, "a", most=1), 20)
    assert taken == [1]


async def test_live_events_reach_every_process_in_order(bus: Bus, other_bus: Bus) -> None:
    await _ready(bus)
    await _ready(other_bus)
    async with bus.live.subscribe() as here, other_bus.live.subscribe(conversation_id=2) as there:
        await bus.live.publish("message", 1, message_id=10)
        await bus.live.publish("message", 2, message_id=11)
        seen = [await _next(here), await _next(here)]
        theirs = await _next(there)
    assert [(event.conversation_id, event.data) for event in seen] == [
        (1, {"message_id": 10}),
        (2, {"message_id": 11}),
    ]
    assert theirs == seen[1]


async def test_live_resumes_after_the_last_event_seen(bus: Bus) -> None:
    await _ready(bus)
    async with bus.live.subscribe() as events:
        for number in range(3):
            await bus.live.publish("message", 1, n=number)
        first = await _next(events)
    async with bus.live.subscribe(after=first.id) as events:
        missed = [await _next(events), await _next(events)]
        await bus.live.publish("message", 1, n=3)
        live = await _next(events)
    assert [event.data["n"] for event in (*missed, live)] == [1, 2, 3]


@pytest.mark.parametrize("after", ["1-0", "nonsense"])
async def test_live_says_reset_when_the_past_is_gone(bus: Bus, after: str) -> None:
    await bus.live.publish("message", 1)
    async with bus.live.subscribe(after=after) as events:
        assert (await _next(events)).kind == RESET


async def test_live_says_reset_after_a_flush_and_goes_on(bus: Bus) -> None:
    await _ready(bus)
    async with bus.live.subscribe(conversation_id=5) as events:
        await bus.redis.flushall()
        assert (await _next(events)).kind == RESET
        await bus.live.publish("message", 5, n=1)
        assert (await _next(events)).data == {"n": 1}


async def test_who_listened_before_the_stream_was_followed_is_told_to_read_again(bus: Bus) -> None:
    """A process may start while Redis is away for a moment: what was told then is heard of nowhere else."""
    late = Live(bus.redis, bus.redis)
    async with late.subscribe(conversation_id=1) as events:
        await late.publish("message", 1)
        following = asyncio.create_task(late._follow())
        assert (await _next(events)).kind == RESET
        await late.publish("message", 1)
        await following  # until it has read something


async def test_a_listener_too_slow_is_told_to_read_again(bus: Bus) -> None:
    await _ready(bus)
    async with bus.live.subscribe(conversation_id=1) as slow, bus.live.subscribe(conversation_id=2) as other:
        for _ in range(1100):
            await bus.live.publish("message", 1)
        await bus.live.publish("message", 2)
        await _next(other)
        assert (await _next(slow)).kind == RESET


async def test_waiting_for_an_event_may_be_cancelled_and_begun_again(bus: Bus) -> None:
    await _ready(bus)
    async with bus.live.subscribe(conversation_id=1) as events:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(events), 0.05)
        await bus.live.publish("message", 1)
        assert (await _next(events)).kind == "message"


async def test_rates_let_a_limit_through_and_say_how_long_to_wait(bus: Bus, other_bus: Bus) -> None:
    period = timedelta(seconds=60)
    waits = [await taker.rates.take("x", limit=4, period=period) for taker in (bus, other_bus) * 3]
    assert waits[:4] == [timedelta()] * 4
    assert all(timedelta(seconds=10) < wait <= timedelta(seconds=15) for wait in waits[4:])
    assert await bus.rates.take("y", limit=4, period=period) == timedelta()


async def test_rates_refill(bus: Bus) -> None:
    period, wait = timedelta(seconds=20), timedelta()
    while not wait:  # however slowly: the next one comes after a second
        wait = await bus.rates.take("x", limit=20, period=period)
    assert wait <= timedelta(seconds=1)
    await asyncio.sleep(wait.total_seconds())
    assert not await bus.rates.take("x", limit=20, period=period)


async def test_an_absent_server_loses_hints_but_never_raises_on_the_road(unused_tcp_port: int) -> None:
    async with open_bus(f"redis://127.0.0.1:{unused_tcp_port}/0") as bus:
        await bus.work.put(Stream.ANSWER, 1)
        await bus.live.publish("message", 1)
        assert await bus.work.take(Stream.ANSWER, "a", most=1) == []
        with pytest.raises(BusUnavailable):
            await bus.rates.take("x", limit=1, period=timedelta(seconds=1))
        with pytest.raises(BusUnavailable):
            await bus.ping()


async def test_announcements_arrive_in_order_though_nobody_waits(bus: Bus, other_bus: Bus) -> None:
    await _ready(other_bus)
    async with other_bus.live.subscribe(conversation_id=3) as events:
        for number in range(200):
            bus.announce(3, [("message", {"n": number})], wake=[Stream.ANSWER])
            if number % 50 == 0:
                await asyncio.sleep(0.01)
        assert [(await _next(events)).data["n"] for _ in range(200)] == list(range(200))


async def test_live_resumes_amid_what_was_told_together(bus: Bus) -> None:
    await _ready(bus)
    async with bus.live.subscribe(conversation_id=3) as events:
        bus.announce(3, [("message", {"n": number}) for number in range(3)])
        first = await _next(events)
    async with bus.live.subscribe(after=first.id) as events:
        assert [(await _next(events)).data["n"] for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("after", ["x", "1-2.3.4", "1-x", "٣-1"])
async def test_who_resumes_at_no_event_reads_everything_again(bus: Bus, after: str) -> None:
    await _ready(bus)
    async with bus.live.subscribe(after=after) as events:
        assert (await _next(events)).kind == RESET


async def test_entry_of_another_program_has_everybody_look_again(bus: Bus) -> None:
    await _ready(bus)
    async with bus.live.subscribe() as everything, bus.live.subscribe(conversation_id=3) as one:
        await bus.redis.xadd(LIVE, {"k": "message", "c": 3, "d": "{}"})
        assert [(await _next(each)).kind for each in (everything, one)] == [RESET, RESET]


async def test_what_need_not_be_soon_arrives_in_its_place_and_by_itself(bus: Bus, other_bus: Bus) -> None:
    await _ready(other_bus)
    async with other_bus.live.subscribe(conversation_id=3) as events:
        bus.announce(3, [("message", {"n": 1})], soon=False)
        bus.announce(3, [("answered", {"n": 2})])
        assert [(await _next(events)).data["n"] for _ in range(2)] == [1, 2]
        bus.announce(3, [("message", {"n": 3})], soon=False)
        assert (await _next(events)).data["n"] == 3


async def test_what_was_announced_leaves_before_the_bus_closes(bus: Bus, bus_url: str) -> None:
    await _ready(bus)
    async with bus.live.subscribe(conversation_id=4) as events:
        async with open_bus(bus_url) as leaving:
            leaving.announce(4, [("message", {"n": 1})], soon=False)
        assert (await _next(events)).data["n"] == 1


async def test_nobody_waits_for_a_server_that_hangs(tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    async with open_bus(server.url) as bus:
        await bus.ping()
        server.process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        bus.announce(1, [("message", {"message_id": 1})], wake=[Stream.ANSWER])
        await bus.work.put(Stream.DELIVER, 1)
        with pytest.raises(BusUnavailable):
            await bus.ping()
        assert time.monotonic() - begun < 20
        server.process.send_signal(signal.SIGCONT)
        async with asyncio.timeout(20):
            while 7 not in await bus.work.take(Stream.ANSWER, "a", most=10):
                await bus.work.put(Stream.ANSWER, 7)
    server.stop()
