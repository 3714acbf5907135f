"""The chat's part of the service, put together as bootstrap does it, with two brands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.connector import AccountConfig, Connector
from bot.web.chat import add_chat_routes
from bot.web.keys import CONNECTORS, PUBLIC_URL, ROAD, SIGNING_KEY
from bot.web.newcomers import NEWCOMERS, Newcomers
from bot.web.render import TEMPLATES, make_templates
from bot.web.static_files import STATIC_FILES, add_static_routes, load_static_files
from connectors.webchat.connector import WebchatConnector

if TYPE_CHECKING:
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
    app[NEWCOMERS] = Newcomers(road)
    app[STATIC_FILES], app[TEMPLATES] = static_files, make_templates(static_files.url)
    add_static_routes(app)
    add_chat_routes(app)
    return app
