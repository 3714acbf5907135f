"""All addresses of Rasa's HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.web.rasa_api import about, callback, conversations, models, parse, rest, speaking
from bot.web.rasa_api.socket_routes import add_socket_routes

if TYPE_CHECKING:
    from collections.abc import Iterator


def add_rasa_routes(app: web.Application) -> None:
    """Serve Rasa's API: before the hooks, for `/webhooks/rest/webhook` is Rasa's.

    The app must carry `ROAD`, `CONNECTORS`, `SERVING`, `TRAINER`, `FETCH_LOG`, `REST_WAIT`, `AUTH_TOKEN`,
    `JWT_READER`, `NEWCOMERS` and `PUBLIC_URL`.
    """
    for part in (rest, callback, parse, about, conversations, speaking, models):
        app.add_routes(part.routes)
        app.add_routes(list(_find_twins(part.routes)))
    add_socket_routes(app)


def _find_twins(routes: web.RouteTableDef) -> Iterator[web.RouteDef]:
    """Yield each address with a slash at its end, or without the one it has: Rasa takes both."""
    for route in routes:
        assert isinstance(route, web.RouteDef)
        twin = route.path.removesuffix("/") if route.path.endswith("/") else f"{route.path}/"
        yield web.RouteDef(route.method, twin, route.handler, route.kwargs)
