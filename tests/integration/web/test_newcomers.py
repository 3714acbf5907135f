"""Strangers from one address: as many as a busy network has, never as many as a loop can make."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web
from redis.asyncio import Redis

from bot.bus.rates import LocalRates, Rates
from bot.service import read_as_customer
from bot.web.clients import TRUSTED_PROXIES
from bot.web.newcomers import NEWCOMERS, Newcomers
from tests.fakes.chat_service import PARTNER, make_chat_app
from tests.fakes.serving import serve
from tests.fakes.visitor import Browser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.service.road import Road

PER_HOUR = 3


def make_app(road: Road, *, per_hour: int = PER_HOUR) -> web.Application:
    app = make_chat_app(road)
    app[NEWCOMERS] = Newcomers(road, per_hour=per_hour, home_too=True)
    return app


@pytest.fixture
async def service(road: Road) -> AsyncIterator[str]:
    """A chat behind a proxy that is named."""
    app = make_app(road)
    app[TRUSTED_PROXIES] = (ip_network("127.0.0.0/8"),)
    async with serve(app) as (url, _):
        yield url


def come_from(address: str) -> ClientSession:
    return ClientSession(headers={"X-Forwarded-For": address})


async def make_sessions(http: ClientSession, url: str, count: int) -> list[int]:
    statuses = []
    for _ in range(count):
        async with http.post(f"{url}/chat/lyra/session", headers={"Origin": PARTNER}) as response:
            statuses.append(response.status)
            if response.status == 429:
                assert 0 < int(response.headers["Retry-After"]) <= 3600
                assert response.headers["Access-Control-Allow-Origin"] == PARTNER
    return statuses


async def test_a_loop_gets_so_many_sessions_and_others_theirs(service: str) -> None:
    async with come_from("8.8.4.4") as loop, come_from("1.1.1.1") as somebody:
        statuses = await make_sessions(loop, service, 5 * PER_HOUR + 2)
        assert statuses == [200] * 5 * PER_HOUR + [429] * 2
        assert await make_sessions(somebody, service, 1) == [200]


async def test_first_messages_of_one_address_are_bounded_and_nobody_is_cut_off(
    service: str, road: Road
) -> None:
    async with come_from("8.8.4.4") as http, come_from("1.1.1.1") as elsewhere:
        browser = Browser(http=http, url=f"{service}/chat/lyra")
        tokens = [await browser.get_token() for _ in range(PER_HOUR + 1)]
        for token in tokens[:-1]:
            async with browser.enter(token) as (line, _):
                await line.say("a person please")
        async with browser.enter(tokens[-1]) as (line, _):
            await line.send(type="message", id="c1", text="a person please")
            refused = await line.hear("error")
            assert (refused["code"], refused["id"]) == ("slow_down", "c1")
            assert 0 < refused["retry_after"] <= 3600 / PER_HOUR  # the widget keeps it, and tries again
        assert await read_as_customer.find_conversation(road, "lyra", tokens[-1].partition(".")[0]) is None
        # Who talks already goes on talking, and the same words are welcome from another network.
        async with browser.enter(tokens[0]) as (line, _):
            await line.say("hello?", client_id="c2")
        async with Browser(http=elsewhere, url=browser.url).enter(tokens[-1]) as (line, _):
            await line.say("a person please")


async def test_without_redis_this_process_counts_and_the_chat_goes_on(road: Road) -> None:
    away = Redis.from_url("redis://127.0.0.1:1/0")
    alone = replace(road, bus=replace(road.bus, rates=Rates(away)))
    async with ClientSession() as http, serve(make_app(alone)) as (url, _):
        assert await make_sessions(http, url, 5 * PER_HOUR + 1) == [200] * 5 * PER_HOUR + [429]
    await away.aclose()


async def test_a_proxy_nobody_named_and_a_limit_of_zero_hold_nobody_up(road: Road) -> None:
    async with serve(make_app(road)) as (url, _), come_from("8.8.4.4") as http:
        assert set(await make_sessions(http, url, 6 * PER_HOUR)) == {200}
    async with serve(make_app(road, per_hour=0)) as (url, _), ClientSession() as http:
        assert set(await make_sessions(http, url, 6 * PER_HOUR)) == {200}


async def test_programs_on_this_machine_are_no_strangers(road: Road) -> None:
    app = make_app(road)
    app[NEWCOMERS] = Newcomers(road, per_hour=PER_HOUR)
    async with serve(app) as (url, _), ClientSession() as http:
        assert set(await make_sessions(http, url, 6 * PER_HOUR)) == {200}


def test_what_a_process_counts_alone_is_bounded_and_fills_up_again() -> None:
    rates, minute = LocalRates(most=2), timedelta(minutes=1)

    def take(name: str, now: float) -> float:
        return rates.take(name, limit=2, period=minute, now=now).total_seconds()

    assert [take("a", 0.0), take("a", 0.0), take("a", 0.0)] == [0, 0, 30]
    assert [take("a", 31.0), take("a", 31.0)] == [0, 29]
    assert [take("b", 31.0), take("c", 31.0)] == [0, 0]  # `a` came longest ago
    assert take("a", 31.0) == 0
