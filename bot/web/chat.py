"""The web chat: the widget's script, its visitors' tokens and sockets, and a page to try it on."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, hdrs, web

from bot.errors import NotAllowed, Refused, TooManyAttempts, UnknownAccount
from bot.web.chat_account import render_account
from bot.web.chat_files import add_chat_file_routes
from bot.web.chat_frames import MAX_FRAME
from bot.web.chat_hello import read_hello
from bot.web.chat_site import CHANNEL, answer_site, check_origin, get_chat
from bot.web.chat_socket import serve_visitor
from bot.web.keys import CONNECTORS
from bot.web.newcomers import Arrival
from bot.web.render import render
from bot.web.static_files import STATIC_FILES
from bot.web.visitors import make_token
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.web.chat_socket import Chat

HEARTBEAT = 30.0  # seconds between pings that find out who is gone
MAX_TABS = 20  # sockets of one visitor at once, in one process
GOODBYE = 2.0  # seconds all of them together get to answer our good-bye: a sleeping phone never does
SCRIPT_CACHE = "public, max-age=300"  # the script's address never changes, so it is asked for again


class Sockets:
    """The open sockets of this process, by visitor."""

    def __init__(self) -> None:
        self._open: dict[str, set[web.WebSocketResponse]] = {}

    @contextmanager
    def hold(self, visitor: str, socket: web.WebSocketResponse) -> Iterator[None]:
        """Count a socket while it is served. Raises `TooManyAttempts`."""
        sockets = self._open.setdefault(visitor, set())
        if len(sockets) >= MAX_TABS:
            raise TooManyAttempts(say("chat.too_many_tabs"))
        sockets.add(socket)
        try:
            yield
        finally:
            sockets.discard(socket)
            if not sockets:
                self._open.pop(visitor, None)

    async def close(self) -> None:
        """Send everybody away for a moment: their widgets come back by themselves."""
        goodbyes = [
            asyncio.create_task(socket.close(code=WSCloseCode.SERVICE_RESTART, message=b"restart"))
            for sockets in self._open.values()
            for socket in sockets
        ]
        if not goodbyes:
            return
        _, silent = await asyncio.wait(goodbyes, timeout=GOODBYE)
        for goodbye in silent:
            goodbye.cancel()
        await asyncio.gather(*goodbyes, return_exceptions=True)


SOCKETS = web.AppKey("chat_sockets", Sockets)


async def get_about(request: web.Request) -> web.Response:
    """`GET /chat/{account}/about`: what a page shows before anybody is a visitor."""

    async def tell(chat: Chat, _headers: dict[str, str]) -> web.Response:
        account, limits = chat.connector.account, chat.connector.capabilities
        return web.json_response(render_account(account.options, name=account.name, text_max=limits.text_max))

    return await answer_site(request, tell)


async def post_session(request: web.Request) -> web.Response:
    """`POST /chat/{account}/session`: a token for a new visitor. Nothing is stored for it."""

    async def let_in(chat: Chat, headers: dict[str, str]) -> web.Response:
        wait = await chat.newcomers.get_wait(chat.newcomers.find_stranger(request), Arrival.SESSION)
        if wait:
            headers[hdrs.RETRY_AFTER] = str(ceil(wait.total_seconds()))
            raise TooManyAttempts(say("chat.slow_down"))
        token = make_token(chat.key, chat.connector.account.name, now=chat.road.now())
        return web.json_response({"token": token})

    return await answer_site(request, let_in)


async def get_socket(request: web.Request) -> web.StreamResponse:
    """`GET /chat/{account}/ws`: a visitor's socket; the first frame says who they are."""
    try:
        chat = get_chat(request)
        check_origin(request, chat.connector)
    except Refused as error:
        return web.json_response({"error": error.code, "text": str(error)}, status=error.status)
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=4 * MAX_FRAME, compress=False)
    await socket.prepare(request)
    hello = await read_hello(chat, socket)
    if hello is not None:
        client = chat.newcomers.find_stranger(request)
        try:
            with request.app[SOCKETS].hold(hello.visitor.id, socket):
                await serve_visitor(chat, socket, hello, client=client)
        except TooManyAttempts:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too many tabs")
    return socket


async def get_widget(request: web.Request) -> web.Response:
    """`GET /widget.js`: the one script a site needs."""
    response = request.app[STATIC_FILES].get("widget.js").respond(request, cache=SCRIPT_CACHE)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"  # for sites that use `integrity`
    return response


async def get_first_page(request: web.Request) -> web.Response:
    """`GET /chat`: on to the page of the first account."""
    names = sorted(name for channel, name in request.app[CONNECTORS] if channel == CHANNEL)
    if not names:
        raise web.HTTPNotFound(text=say("chat.no_account"))
    raise web.HTTPFound(f"/chat/{names[0]}")


async def get_page(request: web.Request) -> web.Response:
    """`GET /chat/{account}`: a shop's page with the chat on it, to try it and to show it."""
    try:
        account = get_chat(request).connector.account
    except UnknownAccount as error:
        raise web.HTTPNotFound(text=f"{error}\n") from error
    except NotAllowed as error:
        raise web.HTTPForbidden(text=f"{error}\n") from error
    title = account.options.get("title", account.name)
    return render(request, "shop.html", account=account.name, title=title)


async def _close_sockets(app: web.Application) -> None:
    await app[SOCKETS].close()


def add_chat_routes(app: web.Application) -> None:
    """Serve the web chat.

    The app must carry `ROAD`, `CONNECTORS`, `NEWCOMERS`, `SIGNING_KEY`, `PUBLIC_URL`, `FILES`, `STATIC_FILES`
    and `TEMPLATES`.
    """
    app[SOCKETS] = Sockets()
    app.on_shutdown.append(_close_sockets)
    app.router.add_get("/widget.js", get_widget)
    app.router.add_get("/chat", get_first_page)
    app.router.add_get("/chat/{account}", get_page)
    app.router.add_get("/chat/{account}/about", get_about, allow_head=False)
    app.router.add_post("/chat/{account}/session", post_session)
    app.router.add_get("/chat/{account}/ws", get_socket)
    add_chat_file_routes(app)
