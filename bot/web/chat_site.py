"""Pages of other sites that carry the chat: which may, and how they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.connector import Renders
from bot.errors import NotAllowed, Refused, StorageUnavailable, UnknownAccount
from bot.web.chat_socket import Chat
from bot.web.errors import log_failure
from bot.web.hooks import check_place
from bot.web.keys import CONNECTORS, PUBLIC_URL, ROAD, SIGNING_KEY
from bot.web.newcomers import NEWCOMERS
from bot.web.visitors import is_allowed_origin
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.connector import Connector

CHANNEL = "webchat"
_DAY = "86400"  # seconds a browser need not ask again


def get_chat(request: web.Request) -> Chat:
    """Return what serves the account in a request's path. Raises `UnknownAccount`, `NotAllowed`."""
    connector = request.app[CONNECTORS].get((CHANNEL, request.match_info["account"]))
    if connector is None or not isinstance(connector, Renders):
        raise UnknownAccount("there is no chat of this name here")
    check_place(request, connector)
    return Chat(
        road=request.app[ROAD],
        connector=connector,
        key=request.app[SIGNING_KEY],
        newcomers=request.app[NEWCOMERS],
    )


def check_origin(request: web.Request, connector: Connector) -> str | None:
    """Return the origin of the asking page. Raises `NotAllowed` for a site the account does not list."""
    origin = request.headers.get(hdrs.ORIGIN)
    allowed = connector.account.options.get("origins", "")
    if not is_allowed_origin(origin, own=own_origins(request), allowed=allowed):
        raise NotAllowed(say("chat.other_site"))
    return origin


def own_origins(request: web.Request) -> frozenset[str]:
    """Return the origins of our own pages, as the browser of a request may call them."""
    # Behind a proxy that ends TLS we see http where the browser sees https.
    own = {f"{scheme}://{request.host}" for scheme in ("http", "https")}
    public = urlsplit(request.app[PUBLIC_URL] or "")
    return frozenset(own | ({f"{public.scheme}://{public.netloc}"} if public.netloc else set()))


async def answer_site(
    request: web.Request, work: Callable[[Chat, dict[str, str]], Awaitable[web.Response]]
) -> web.Response:
    """Answer a call of the widget, in words also where it is refused: a page may read no other answer.

    `work` may add to the headers, also to those of its refusal.
    """
    headers: dict[str, str] = {hdrs.CACHE_CONTROL: "no-store", hdrs.VARY: hdrs.ORIGIN}
    try:
        chat = get_chat(request)
        origin = check_origin(request, chat.connector)
        if origin is not None:
            headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        response = await work(chat, headers)
    except Refused as error:
        body = {"error": error.code, "text": str(error)}
        return web.json_response(body, status=error.status, headers=headers)
    except StorageUnavailable as error:
        return _fail(request, error, headers)
    response.headers.update(headers)
    return response


def _fail(request: web.Request, error: StorageUnavailable, headers: dict[str, str]) -> web.Response:
    log_failure(request, str(error), event="request failed", reason=str(error), kind=type(error).__name__)
    body = {"error": "unavailable", "text": say("chat.call_failed")}
    return web.json_response(body, status=503, headers={**headers, hdrs.RETRY_AFTER: "1"})


async def answer_preflight(request: web.Request) -> web.Response:
    """`OPTIONS`: let a browser call that wants to send a token and a file."""

    async def allow(_chat: Chat, headers: dict[str, str]) -> web.Response:
        headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = "GET, POST"
        headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = "Authorization, Content-Type"
        headers[hdrs.ACCESS_CONTROL_MAX_AGE] = _DAY
        return web.Response(status=204)

    return await answer_site(request, allow)
