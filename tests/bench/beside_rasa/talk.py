"""The client: the same dialogues to each side, and what their answers took."""

from __future__ import annotations

import statistics
from typing import Any

import aiohttp

from tests.bench.beside_rasa.figures import CLIENTS, LENGTHS, Figures
from tests.bench.beside_rasa.projects import Compared
from tests.bench.beside_rasa.sides import Server
from tests.bench.load import Talker, Tally, closed_loop, find_answered

_PAIRS = 15  # messages whose median stands for a length
_SENDER = "long"


async def measure(server: Server, project: Compared, *, seconds: float, is_rasa: bool) -> Figures:
    """Load one side."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        talker = Talker(session, server.url, project.dialogues, "bench")
        await closed_loop(talker, clients=4, seconds=3)  # warm
        loads: list[Tally] = []
        before = 0.0
        for clients in CLIENTS:
            before = server.cpu()
            loads.append(await closed_loop(talker, clients=clients, seconds=seconds))
        cpu = 1000 * (server.cpu() - before) / max(1, len(loads[-1].delays) + loads[-1].held)
        memory, stores = server.memory()
        known = await find_answered(talker, project.questions, most=20)
        rasa = (session, server.url) if is_rasa else None
        long = [await _delay_after(talker, known, length, rasa=rasa) for length in LENGTHS]
    return Figures(
        start_seconds=server.start_seconds,
        rates=tuple(each.rate for each in loads),
        p50=tuple(each.median for each in loads),
        p99=tuple(each.percentile(0.99) for each in loads),
        long=tuple(long),
        cpu=cpu,
        memory=memory,
        stores=stores,
        held=sum(each.held for each in loads),
        errors=sum(each.errors for each in loads),
    )


async def _delay_after(
    talker: Talker, texts: list[str], length: int, *, rasa: tuple[aiohttp.ClientSession, str] | None
) -> float:
    """Return the median delay, in ms, of messages after `length` others."""
    sender = f"{_SENDER}-{length}"
    talked = min(length, LENGTHS[0]) if rasa else length
    for number in range(talked):
        await talker.say(sender, Tally(), texts[number % len(texts)])
    if rasa and length > talked:
        session, base = rasa
        await _lengthen(session, f"{base}/conversations/{sender}/tracker", length / talked)
    tally = Tally()
    for number in range(_PAIRS):
        await talker.say(sender, tally, texts[number % len(texts)])
    return 1000 * statistics.median(tally.delays)


async def _lengthen(session: aiohttp.ClientSession, tracker: str, times: float) -> None:
    """Put what was said into Rasa's memory many times over, each time before it was said."""
    async with session.get(tracker, params={"include_events": "ALL"}) as answer:
        events: list[dict[str, Any]] = (await answer.json())["events"]
    first = next(place for place, event in enumerate(events) if event["event"] == "user")
    start, talk = events[:first], events[first:]
    span = talk[-1]["timestamp"] - talk[0]["timestamp"] + 0.001
    copies = int(times)
    longer = [
        {**event, "timestamp": event["timestamp"] - span * (copies - 1 - number)}
        for number in range(copies)
        for event in talk
    ]
    early = [{**event, "timestamp": event["timestamp"] - span * copies} for event in start]
    async with session.put(f"{tracker}/events", json=[*early, *longer]) as answer:
        answer.raise_for_status()
