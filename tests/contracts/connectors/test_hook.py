"""What a webhook's request is made of, and whose it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar, cast

import aiohttp
import pytest
from aiohttp import web
from typing_extensions import override

from bot.connector import AccountConfig, Capabilities, InboundEvent, InboundRequest
from bot.domain.contact import Handle
from bot.domain.message import Content, Kind
from bot.errors import BadPayload, BadSignature
from bot.service.recently import Repeats
from bot.service.signs import Listening
from bot.web import hooks
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, PUBLIC_URL, ROAD
from tests.fakes.connector import ScriptedConnector
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from bot.service.road import Road


class PageConnector(ScriptedConnector):
    """One of several pages whose platform calls one address; `secret` is the app's."""

    channel: ClassVar[str] = "pages"
    capabilities: ClassVar[Capabilities] = replace(ScriptedConnector.capabilities, shared_hook=True)

    @override
    def verify(self, request: InboundRequest) -> None:
        """Check the app's secret, and keep the request."""
        if request.headers.get("x-secret") != self.account.options["secret"]:
            raise BadSignature("wrong")
        self.request = request

    @override
    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Take what is this page's own."""
        said = json.loads(request.body).get(self.account.name, [])
        return [
            InboundEvent(
                channel=self.channel,
                account=self.account.name,
                event_id=text,
                kind=Kind.TEXT,
                conversation_key="7",
                sender=Handle(native_id="7"),
                content=Content(text=text),
            )
            for text in said
        ]


def page(name: str, secret: str = "app") -> PageConnector:
    return PageConnector(AccountConfig(channel="pages", name=name, options={"secret": secret}))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return what was received: (account, text)."""
    found: list[tuple[str, str]] = []

    async def receive(_road: object, event: InboundEvent) -> None:
        if event.content.text == "too large":
            raise BadPayload("too large")
        found.append((event.account, event.content.text))

    monkeypatch.setattr(hooks, "receive", receive)
    return found


@asynccontextmanager
async def door(*connectors: PageConnector, public_url: str | None = None) -> AsyncIterator[str]:
    app = web.Application()
    answer_errors_in(app)
    app[CONNECTORS] = {(each.channel, each.account.name): each for each in connectors}
    app[PUBLIC_URL] = public_url
    app[ROAD] = cast("Road", SimpleNamespace(repeats=Repeats(), listening=Listening()))  # stores nothing
    hooks.add_hook_routes(app)
    async with serve(app) as (address, _):
        yield address


async def post(url: str, body: dict[str, list[str]]) -> int:
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, json=body, headers={"X-Secret": "app"}) as answer,
    ):
        return answer.status


async def test_each_account_of_the_app_takes_its_own_from_a_shared_hook(taken: list[tuple[str, str]]) -> None:
    async with door(page("shop"), page("club"), page("elsewhere", "another app")) as address:
        body = {"shop": ["a"], "club": ["b", "too large", "c"], "elsewhere": ["d"], "nobody": ["e"]}
        assert await post(f"{address}/webhooks/pages/shop", body) == 200
    assert sorted(taken) == [("club", "b"), ("club", "c"), ("shop", "a")]


async def test_request_of_which_nothing_can_be_stored_is_refused(taken: list[tuple[str, str]]) -> None:
    async with door(page("shop")) as address:
        assert await post(f"{address}/webhooks/pages/shop", {"shop": ["too large"]}) == 400
    assert not taken


@pytest.mark.usefixtures("taken")
async def test_connector_learns_the_address_as_the_platform_has_it() -> None:
    shop = page("shop")
    async with door(shop, public_url="https://chat.example.com") as address:
        assert await post(f"{address}/webhooks/pages/shop?a=%20b&c", {}) == 200
    assert shop.request.url == "https://chat.example.com/webhooks/pages/shop?a=%20b&c"
