"""Accounts that let everybody in: how many new senders may come from one address of the internet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web

from bot.connector import AccountConfig
from bot.web import hooks
from bot.web.clients import TRUSTED_PROXIES
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, ROAD
from bot.web.newcomers import NEWCOMERS, Newcomers
from bot.web.rasa_api.callback import routes
from connectors.callback.connector import CallbackConnector
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from bot.service.road import Road

PER_HOUR = 2
OPTIONS = {"url": "https://shop.example/answers", "open": "true"}


@pytest.fixture
async def service(road: Road) -> AsyncIterator[str]:
    """A channel that everybody may call, behind a proxy that is named."""
    app = web.Application()
    answer_errors_in(app)
    account = AccountConfig(channel="callback", name="main", options=OPTIONS)
    app[CONNECTORS] = {("callback", "main"): CallbackConnector(account)}
    app[ROAD], app[NEWCOMERS] = road, Newcomers(road, per_hour=PER_HOUR)
    app[TRUSTED_PROXIES] = (ip_network("127.0.0.0/8"),)
    app.add_routes(routes)
    hooks.add_hook_routes(app)
    async with serve(app) as (url, _):
        yield f"{url}/webhooks/callback"


async def call(url: str, address: str, sender: str) -> int:
    headers = {"X-Forwarded-For": address}
    async with (
        ClientSession(headers=headers) as http,
        http.post(url, json={"sender": sender, "message": "hello"}) as response,
    ):
        return response.status


@pytest.mark.parametrize("path", ["webhook", "main"])
async def test_a_loop_of_new_senders_is_refused_and_who_talks_already_is_not(service: str, path: str) -> None:
    url = f"{service}/{path}"
    assert [await call(url, "8.8.4.4", f"bot-{each}") for each in range(4)] == [200, 200, 429, 429]
    assert await call(url, "8.8.4.4", "bot-0") == 200
    assert await call(url, "9.9.9.9", "ann") == 200


async def test_a_program_on_the_brands_own_network_speaks_for_all_its_users(service: str) -> None:
    assert {await call(f"{service}/webhook", "10.0.0.7", f"user-{each}") for each in range(5)} == {200}
