"""Platforms that ask our webhook for an answer get the channel's own, and only if they prove themselves."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import aiohttp
import pytest
from aiohttp import web

from bot.connector import AccountConfig, Connector, Handshakes
from bot.service.recently import Repeats
from bot.service.signs import Listening
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, ROAD
from tests.contracts.connectors.conftest import CHANNELS
from tests.contracts.connectors.doorbell import DoorbellConnector
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from bot.service.road import Road

SECRET = "the-brand-and-the-platform-know"
META = {"hub.mode": "subscribe", "hub.verify_token": SECRET, "hub.challenge": "<b>1158201444</b>"}
SLACK = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"}).encode()


def build(secret: str) -> Connector:
    options = {"secret": secret} if secret else {}
    return DoorbellConnector(AccountConfig(channel="doorbell", name="main", options=options))


@asynccontextmanager
async def door(*connectors: Connector) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """Serve webhooks as the service does; yields a client and the address of the first account's."""
    app = web.Application()
    answer_errors_in(app)
    app[CONNECTORS] = {(each.channel, each.account.name): each for each in connectors}
    app[ROAD] = cast("Road", SimpleNamespace(repeats=Repeats(), listening=Listening()))  # stores nothing
    hooks.add_hook_routes(app)
    async with serve(app) as (address, _), aiohttp.ClientSession() as http:
        yield http, f"{address}/webhooks/{connectors[0].channel}/{connectors[0].account.name}"


def sign(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


async def test_challenge_by_get_is_given_back_as_it_came_and_as_nothing_but_text() -> None:
    async with door(build(SECRET)) as (http, url), http.get(url, params=META) as answer:
        assert (answer.status, await answer.text()) == (200, META["hub.challenge"])
        assert answer.content_type == "text/plain"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_challenge_by_get_may_be_answered_in_the_channels_own_json() -> None:
    async with door(build(SECRET)) as (http, url), http.get(url, params={"crc_token": "abc"}) as answer:
        assert answer.status == 200
        assert (await answer.json())["response_token"].startswith("sha256=")


async def test_challenge_by_post_is_answered_once_its_signature_is_right() -> None:
    async with door(build(SECRET)) as (http, url):
        async with http.post(url, data=SLACK, headers=sign(SLACK)) as answer:
            assert (answer.status, await answer.text()) == (200, "3eZbrw1aB")
        for wrong in ({}, sign(SLACK, "another"), sign(SLACK + b" ")):
            async with http.post(url, data=SLACK, headers=wrong) as answer:
                assert answer.status == 401
                assert "3eZbrw1aB" not in await answer.text()


@pytest.mark.parametrize(
    "query",
    [
        {**META, "hub.verify_token": "another"},
        {name: value for name, value in META.items() if name != "hub.verify_token"},
        {"crc_token": '{"forged": "event"}'},
    ],
)
async def test_challenge_that_proves_nothing_is_refused(query: dict[str, str]) -> None:
    async with door(build(SECRET)) as (http, url), http.get(url, params=query) as answer:
        assert answer.status == 401


async def test_account_without_a_secret_shakes_no_hands() -> None:
    async with door(build("")) as (http, url):
        for query in ({**META, "hub.verify_token": ""}, {"crc_token": "abc"}):
            async with http.get(url, params=query) as answer:
                assert answer.status == 401
        async with http.post(url, data=SLACK, headers=sign(SLACK)) as answer:
            assert answer.status == 401


async def test_what_is_no_question_goes_on_to_be_parsed() -> None:
    body = json.dumps({"type": "event_callback"}).encode()
    async with door(build(SECRET)) as (http, url):
        async with http.post(url, data=body, headers=sign(body)) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, "bad_payload")
        async with http.get(url) as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_channel_without_handshakes_takes_post_only() -> None:
    connectors = [channel.build() for channel in CHANNELS]
    async with door(*connectors) as (http, url):
        root = url.rsplit("/", 2)[0]
        plain = [f"{each.channel}/main" for each in connectors if not isinstance(each, Handshakes)]
        for path in (*plain, "fax/main"):
            async with http.get(f"{root}/{path}", params=META) as answer:
                assert (answer.status, answer.headers["Allow"]) == (405, "POST")
