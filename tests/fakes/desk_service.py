"""The staff pages as an application of their own, over a given road."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from bot.service.sent_files import SentFiles
from bot.storage.files import FileStore
from bot.web.desk import add_desk_routes
from bot.web.desk_acts import add_desk_act_routes
from bot.web.desk_left_alone import add_left_alone_routes
from bot.web.desk_people import add_people_routes
from bot.web.desk_templates import add_template_routes
from bot.web.desk_uploads import add_upload_routes
from bot.web.errors import answer_errors_in
from bot.web.keys import CONNECTORS, FILES, PUBLIC_URL, ROAD, SIGNING_KEY
from bot.web.live import add_live_routes
from bot.web.login import add_login_routes
from bot.web.public_files import add_public_file_routes
from bot.web.render import TEMPLATES, make_templates
from bot.web.static_files import STATIC_FILES, StaticFiles, add_static_routes

if TYPE_CHECKING:
    from bot.service.deliver import Connectors
    from bot.service.road import Road


KEY = b"a key of the tests, long enough."


def make_desk_app(
    road: Road,
    static_files: StaticFiles | None = None,
    *,
    files: FileStore | None = None,
    connectors: Connectors | None = None,
) -> web.Application:
    """Return login, desk and live events; with built assets where a browser will look at them.

    `files` are what customers sent, and where staff's go unless the road says it; None: nothing.
    """
    app = web.Application()
    answer_errors_in(app)
    files = files or FileStore("memory:///")
    app[ROAD] = road if road.sent_files else replace(road, sent_files=SentFiles(store=files))
    app[CONNECTORS] = connectors or {}
    app[PUBLIC_URL] = None
    app[FILES] = files
    app[SIGNING_KEY] = KEY
    app[TEMPLATES] = make_templates(static_files.url if static_files else _asset_url)
    if static_files:
        app[STATIC_FILES] = static_files
        add_static_routes(app)
    for add_routes in (
        *(add_login_routes, add_desk_routes, add_desk_act_routes, add_upload_routes, add_template_routes),
        *(add_public_file_routes, add_live_routes, add_people_routes, add_left_alone_routes),
    ):
        add_routes(app)
    return app


def _asset_url(name: str) -> str:
    return f"/static/{name}"
