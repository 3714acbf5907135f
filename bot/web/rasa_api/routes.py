"""All addresses of Rasa's HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.web.rasa_api import about, callback, conversations, models, parse, rest, speaking
from bot.web.rasa_api.socket_routes import add_socket_routes

if TYPE_CHECKING:
    from aiohttp import web


def add_rasa_routes(app: web.Application) -> None:
    """Serve Rasa's API: before the hooks, for `/webhooks/rest/webhook` is Rasa's.

    The app must carry `ROAD`, `CONNECTORS`, `SERVING`, `TRAINER`, `FETCH_LOG`, `REST_WAIT`, `AUTH_TOKEN`,
    `JWT_READER`, `NEWCOMERS` and `PUBLIC_URL`.
    """
    for part in (rest, callback, parse, about, conversations, speaking, models):
        app.add_routes(part.routes)
    add_socket_routes(app)
