"""Pages of other sites that call Rasa's API from the browser: those that `rasa run --cors` would name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from bot.web.keys import CORS_ORIGINS
from bot.web.rasa_api.errors import speaks_rasa

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CHANNELS = ("/webhooks/rest/", "/webhooks/callback/")
_HEADERS = "Authorization, Content-Type, Idempotency-Key"
_DAY = "86400"  # seconds a browser need not ask again


@web.middleware
async def answer_preflight(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a browser that asks whether a page may call. Everything else is passed on."""
    asks = request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
    if not asks or not _may_call(request):
        return await handler(request)
    # Libraries add headers of their own (`X-Requested-With`): as Rasa does, whatever is asked for.
    wanted = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, _HEADERS)
    return web.Response(
        status=204,
        headers={
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST, PUT, DELETE",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: wanted,
            hdrs.ACCESS_CONTROL_MAX_AGE: _DAY,
        },
    )


async def allow_page(request: web.Request, response: web.StreamResponse) -> None:
    """Let the page that called read the answer. Cookies are never wanted: this API knows none."""
    if _may_call(request):
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = request.headers[hdrs.ORIGIN]
        response.headers.add(hdrs.VARY, hdrs.ORIGIN)


def _may_call(request: web.Request) -> bool:
    allowed, origin = request.app[CORS_ORIGINS], request.headers.get(hdrs.ORIGIN)
    if origin is None or not allowed:
        return False
    is_api = speaks_rasa(request) or request.path.startswith(_CHANNELS)
    return is_api and ("*" in allowed or origin in allowed)
