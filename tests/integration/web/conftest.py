"""The chat's part of the service on real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web

from bot.connector import AccountConfig, Connector
from bot.domain.staff import Role, Staff
from bot.service.add_staff import add_staff
from bot.web.chat import add_chat_routes
from bot.web.keys import CONNECTORS, PUBLIC_URL, ROAD, SIGNING_KEY
from bot.web.render import TEMPLATES, make_templates
from bot.web.static_files import STATIC_FILES, add_static_routes, load_static_files
from connectors.webchat.connector import WebchatConnector
from tests.fakes.serving import serve
from tests.fakes.visitor import Browser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.service.road import Road

KEY = b"a key of the tests, long enough."
PARTNER = "https://shop.example"


def make_chat_app(road: Road) -> web.Application:
    options = {
        "lyra": {"title": "Lyra Audio", "greeting": "Hello, I am a bot.", "origins": PARTNER},
        "vega": {"origins": "*"},
    }
    connectors: dict[tuple[str, str], Connector] = {
        ("webchat", name): WebchatConnector(AccountConfig(channel="webchat", name=name, options=chosen))
        for name, chosen in options.items()
    }
    app = web.Application()
    static_files = load_static_files()
    app[ROAD], app[CONNECTORS], app[SIGNING_KEY], app[PUBLIC_URL] = road, connectors, KEY, None
    app[STATIC_FILES], app[TEMPLATES] = static_files, make_templates(static_files.url)
    add_static_routes(app)
    add_chat_routes(app)
    return app


@pytest.fixture
def app(road: Road) -> web.Application:
    return make_chat_app(road)


@pytest.fixture
async def service(app: web.Application) -> AsyncIterator[str]:
    """The address of the running chat."""
    async with serve(app) as (url, _):
        yield url


@pytest.fixture
async def browser(service: str) -> AsyncIterator[Browser]:
    """A visitor of lyra's chat."""
    async with ClientSession() as http:
        yield Browser(http=http, url=f"{service}/chat/lyra")


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_staff(
        road,
        email="mara@lyra.example",
        name="Mara Lindqvist",
        password="correct horse battery staple",
        roles=[Role.AGENT],
    )
