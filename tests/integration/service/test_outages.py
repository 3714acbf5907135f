"""While nothing can be stored every webhook is refused, and the log says so once instead of each time."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.bus.keys import Stream
from bot.connector import AccountConfig, Connector
from bot.errors import StorageUnavailable
from bot.service import outages
from bot.service.loops import Crew
from bot.storage.database import open_database
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, ROAD
from connectors.callback.connector import CallbackConnector
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, MutableMapping

    from bot.service.road import Road

CHANNEL = "callback"
FLOOD = 60
FULL = "PostgreSQL's disk is full"


def lines_of(logs: list[MutableMapping[str, Any]], event: str) -> list[MutableMapping[str, Any]]:
    return [line for line in logs if line["event"] == event]


@asynccontextmanager
async def hooks_without_database(road: Road) -> AsyncIterator[str]:
    """Serve the webhooks of two accounts over a database that is away."""
    away = open_database("postgresql://nobody@127.0.0.1:1/nothing")
    options = {"open": "true", "url": "https://shop.example/replies"}  # never called
    accounts = (AccountConfig(channel=CHANNEL, name=name, options=options) for name in ("one", "two"))
    connectors: dict[tuple[str, str], Connector] = {
        (CHANNEL, account.name): CallbackConnector(account) for account in accounts
    }
    app = web.Application()
    answer_errors_in(app)
    app[ROAD], app[CONNECTORS] = replace(road, database=away, account_ids={}), connectors
    hooks.add_hook_routes(app)
    try:
        async with serve(app) as (url, _):
            yield f"{url}/webhooks/{CHANNEL}"
    finally:
        await away.close()


async def post(http: aiohttp.ClientSession, url: str, number: int) -> tuple[int, str | None]:
    body = json.dumps({"sender": "ann", "message": f"hello {number}"})
    async with http.post(url, data=body, headers={"content-type": "application/json"}) as answer:
        return answer.status, answer.headers.get("Retry-After")


async def test_webhooks_without_a_database_are_all_refused_and_told_once(road: Road) -> None:
    with capture_logs() as logs:
        async with hooks_without_database(road) as url, aiohttp.ClientSession() as http:
            told = await asyncio.gather(*(post(http, f"{url}/one", number) for number in range(FLOOD)))
            told += [await post(http, f"{url}/two", number) for number in range(3)]
    assert set(told) == {(503, "1")}
    lines = lines_of(logs, "request failed")
    assert [(line["channel"], line["account"]) for line in lines] == [(CHANNEL, "one"), (CHANNEL, "two")]
    assert all(line["log_level"] == "error" and "does not answer" in line["reason"] for line in lines)


async def test_the_end_of_an_outage_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages, "CALM", 0.0)
    trouble: list[Exception | None] = [*([StorageUnavailable(FULL)] * 5), *([None] * 5)]

    async def take(_request: web.Request) -> web.Response:
        error = trouble.pop(0)
        if error is not None:
            raise error
        return web.Response()

    app = web.Application()
    answer_errors_in(app)
    app.router.add_post("/hook", take)
    with capture_logs() as logs:
        async with serve(app) as (url, _), aiohttp.ClientSession() as http:
            told = [(await post(http, f"{url}/hook", number))[0] for number in range(10)]
    assert told == [503] * 5 + [200] * 5
    assert [line["event"] for line in logs] == ["request failed", "requests work again"]
    assert (logs[1]["failed"], logs[1]["left_out"]) == (5, 4)


async def test_defects_at_two_places_are_told_each_with_a_trace_and_not_each_time() -> None:
    async def take(request: web.Request) -> web.Response:
        if (await request.json())["message"] == "hello 0":
            raise ValueError("a defect")
        raise ValueError("another")

    app = web.Application()
    answer_errors_in(app)
    app.router.add_post("/hook", take)
    with capture_logs() as logs:
        async with serve(app) as (url, _), aiohttp.ClientSession() as http:
            told = [(await post(http, f"{url}/hook", number % 2))[0] for number in range(20)]
    assert told == [500] * 20
    assert [str(line["exc_info"]) for line in lines_of(logs, "request broke")] == ["a defect", "another"]


async def test_work_that_waits_is_told_once_and_when_it_goes_on(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outages, "CALM", 0.0)

    async def fail() -> None:
        raise StorageUnavailable(FULL)

    async def work() -> str:
        return "done"

    async def nothing(_conversation_id: int) -> None:
        """Do nothing."""

    crew = Crew(road=road, stream=Stream.ANSWER, consumer="tests", slots=FLOOD, work=nothing)
    with capture_logs() as logs:
        failed = [crew.start(number, fail()) for number in range(FLOOD)]
        assert await asyncio.gather(*failed) == [None] * FLOOD
        assert await crew.start(1, work()) == "done"
    assert [line["event"] for line in logs] == ["Work waits", "Work goes on"]
    assert logs[1]["failed"] == FLOOD
