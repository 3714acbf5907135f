"""What this process counts moves with what happens: operators draw their graphs from it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.message import Kind
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.road import Road
from bot.web.keys import ROAD
from bot.web.metrics import add_metrics_routes
from tests.fakes.engine import PlainEngine
from tests.fakes.serving import serve
from tests.integration.service.events import says


class Metrics:
    """Reads `/metrics`; the counters of a process never begin at nothing, so tests see differences."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._before: dict[str, float] = {}

    async def moved(self) -> dict[str, float]:
        """Return what grew since it was asked last, by name and labels."""
        async with aiohttp.ClientSession() as http, http.get(f"{self._url}/metrics") as response:
            page = await response.text()
        now = {
            " ".join((sample.name, *sample.labels.values())): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
            if sample.name.startswith(("visavis_events", "visavis_turn"))
            and not sample.name.endswith(("_bucket", "_created"))
        }
        grown = {name: value - self._before.get(name, 0) for name, value in now.items()}
        self._before = now
        return {name: value for name, value in grown.items() if value}


@pytest.fixture
async def metrics(road: Road) -> AsyncIterator[Metrics]:
    app = web.Application()
    app[ROAD] = road
    add_metrics_routes(app)
    async with serve(app) as (url, _site):
        read = Metrics(url)
        await read.moved()
        yield read


async def test_events_are_counted_once_by_channel(road: Road, metrics: Metrics) -> None:
    event = says("hello")
    for _ in range(3):
        await receive(road, event)
    await receive(road, says("", kind=Kind.REACTION))
    await receive(road, says("hello", channel="telegram"))
    assert await metrics.moved() == {
        "visavis_events_received_total webchat": 2,
        "visavis_events_received_total telegram": 1,
    }


@pytest.mark.parametrize(
    ("text", "outcome"), [("hello", "answered"), ("a person please", "handed_off"), ("fail", "failed")]
)
async def test_turns_are_counted_and_timed(road: Road, metrics: Metrics, text: str, outcome: str) -> None:
    received = await receive(road, says(text))
    assert received.conversation_id is not None
    await answer(road, PlainEngine(), received.conversation_id)
    await answer(road, PlainEngine(), received.conversation_id)  # nothing is left: no turn
    moved = await metrics.moved()
    assert moved[f"visavis_turns_total {outcome}"] == 1
    assert moved["visavis_turn_seconds_count"] == 1
    assert 0 < moved["visavis_turn_seconds_sum"] < 10
