"""What operators ask a process that serves no pages: is it well, and what has it done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.web.errors import answer_errors_in
from bot.web.health import add_health_routes
from bot.web.keys import ROAD, SERVING
from bot.web.metrics import add_metrics_routes

if TYPE_CHECKING:
    from bot.engines.serving import ServingEngine
    from bot.service.road import Road


def make_ops_app(road: Road, engine: ServingEngine | None) -> web.Application:
    """Serve `/healthz` and `/metrics`, nothing else. `engine` is None for a process that answers nobody."""
    app = web.Application()
    answer_errors_in(app)
    app[ROAD] = road
    if engine is not None:
        app[SERVING] = engine
    add_health_routes(app)
    add_metrics_routes(app)
    return app
