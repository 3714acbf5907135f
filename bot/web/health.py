"""`GET /healthz`: ready only when database, bus and, where one is needed, the model are."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from bot.errors import VisavisError
from bot.web.keys import ROAD, SERVING

if TYPE_CHECKING:
    from collections.abc import Awaitable

OK = "ok"
_PATIENCE = 2.0  # seconds; who asks wants to know now


async def get_health(request: web.Request) -> web.Response:
    """Answer 200 when all parts are well, else 503; the body says which part is not, and why."""
    road, serving = request.app[ROAD], request.app.get(SERVING)
    database, bus = await asyncio.gather(_say(road.database.ping()), _say(road.bus.ping()))
    parts = {"database": database, "bus": bus}
    if serving is not None:
        parts["model"] = OK if serving.digest else "no model is in service"
    ready = all(part == OK for part in parts.values())
    digest = serving.digest if serving is not None else None
    body = {"status": "ready" if ready else "not ready", "parts": parts, "model": digest}
    return web.json_response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


async def _say(ping: Awaitable[None]) -> str:
    try:
        await asyncio.wait_for(ping, _PATIENCE)
    except VisavisError as error:
        return str(error)
    except TimeoutError:
        return f"does not answer within {_PATIENCE:.0f} s"
    return OK


def add_health_routes(app: web.Application) -> None:
    """Serve `/healthz`. The app must carry `ROAD`, and `SERVING` where the process answers."""
    app.router.add_get("/healthz", get_health)
