"""`/model/parse` from outside: it costs a computation, so strangers get none."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.engines.serving import ServingEngine
from bot.web.clients import TRUSTED_PROXIES
from bot.web.keys import AUTH_TOKEN
from tests.fakes.serving import serve
from tests.fakes.whole_app import make_whole_app
from tests.integration.bad_input.conftest import PROJECT

if TYPE_CHECKING:
    from bot.service.road import Road

TOKEN = "as in `rasa run --auth-token`"
ELSEWHERE = {"X-Forwarded-For": "8.8.4.4"}


@pytest.fixture(params=["named proxy", "proxy nobody named"])
def proxies(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return ("127.0.0.0/8",) if request.param == "named proxy" else ()


async def parse(
    road: Road, *, token: str | None, proxies: tuple[str, ...], headers: dict[str, str], query: str = ""
) -> int:
    engine = ServingEngine()
    app = await make_whole_app(road, PROJECT, engine)
    app[AUTH_TOKEN], app[TRUSTED_PROXIES] = token, tuple(ip_network(each) for each in proxies)
    try:
        async with (
            serve(app) as (url, _),
            aiohttp.ClientSession(headers=headers) as http,
            http.post(
                f"{url}/model/parse", params={"token": query} if query else {}, json={"text": "hi"}
            ) as response,
        ):
            return response.status
    finally:
        await engine.close()


async def test_without_a_token_it_is_for_this_machine(road: Road, proxies: tuple[str, ...]) -> None:
    assert await parse(road, token=None, proxies=(), headers={}) == 200
    assert await parse(road, token=None, proxies=proxies, headers=ELSEWHERE) == 403


async def test_with_a_token_it_is_for_whoever_has_it(road: Road, proxies: tuple[str, ...]) -> None:
    assert await parse(road, token=TOKEN, proxies=proxies, headers=ELSEWHERE, query=TOKEN) == 200
    assert await parse(road, token=TOKEN, proxies=proxies, headers=ELSEWHERE, query="another") == 401
    assert await parse(road, token=TOKEN, proxies=proxies, headers=ELSEWHERE) == 401
    assert await parse(road, token=TOKEN, proxies=(), headers={}) == 401
