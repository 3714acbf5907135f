"""The chat's part of the service, put together as bootstrap does it, with two brands."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from aiohttp import web

from bot.connector import AccountConfig, Connector
from bot.storage.files import FileStore
from bot.web.chat import add_chat_routes
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, FILES, PUBLIC_URL, ROAD, SIGNING_KEY
from bot.web.newcomers import NEWCOMERS, Newcomers
from bot.web.render import TEMPLATES, make_templates
from bot.web.static_files import STATIC_FILES, add_static_routes, load_static_files
from connectors.webchat.connector import WebchatConnector

if TYPE_CHECKING:
    from bot.service.road import Road

KEY = b"a key of the tests, long enough."
PARTNER = "https://shop.example"
SECRET = "a secret of lyra's own server, 32 characters or more"
STRICT = {
    "consent": "What you write here is kept for two years.",
    "consent_link": "https://lyra.example/privacy",
    "ask": "name,email",
    "ask_required": "true",
    "largest_file": "1",
}


def make_chat_app(road: Road, files: FileStore | None = None) -> web.Application:
    """Return the chat of three brands; `files` is where what visitors send lies."""
    options = {
        "lyra": {"title": "Lyra Audio", "greeting": "Hello, I am a bot.", "origins": PARTNER}
        | {"identity_secret": SECRET},
        "vega": {"origins": "*"},
        "strict": STRICT,
    }
    connectors: dict[tuple[str, str], Connector] = {
        ("webchat", name): WebchatConnector(AccountConfig(channel="webchat", name=name, options=chosen))
        for name, chosen in options.items()
    }
    app = web.Application()
    answer_errors_in(app)
    static_files = load_static_files()
    app[ROAD], app[CONNECTORS], app[SIGNING_KEY], app[PUBLIC_URL] = road, connectors, KEY, None
    app[NEWCOMERS] = Newcomers(road)
    app[FILES] = files or FileStore(Path(mkdtemp()))
    app[STATIC_FILES], app[TEMPLATES] = static_files, make_templates(static_files.url)
    add_static_routes(app)
    add_chat_routes(app)
    return app
