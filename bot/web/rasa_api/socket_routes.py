"""Where socket.io clients connect: an address for each account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from bot.web.chat_site import own_origins
from bot.web.keys import CONNECTORS, ROAD
from bot.web.newcomers import NEWCOMERS
from bot.web.visitors import is_allowed_origin

if TYPE_CHECKING:
    from aiohttp import web

    from bot.connector import Connector
    from bot.web.rasa_api.sockets import RasaSockets

log = structlog.get_logger(__name__)

CHANNEL = "socketio"
_DEFAULT_PATH = "/socket.io"
_OLD = "3"  # the protocol of socket.io 1 and 2, which the library answers with 400
_OLD_CLIENTS = "widgets of socket.io 2 are refused, as by Rasa 3: take one of socket.io 3 or 4"


class _Body:
    """A body that was read already, given out once more."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        end = len(self._body) if size < 0 else size
        part, self._body = self._body[:end], self._body[end:]
        return part


class _Reread:
    """A request of long polling, whose body the application has read: bounded in size and time."""

    def __init__(self, request: web.Request, body: bytes) -> None:
        self._request = request
        self.content = _Body(body)

    def __getattr__(self, name: str) -> Any:
        """Return what the request itself has."""
        return getattr(self._request, name)


def add_socket_routes(app: web.Application) -> None:
    """Serve the accounts of the socket.io channel. Its library is loaded only where there is one."""
    taken: set[str] = set()
    for (channel, account), connector in app[CONNECTORS].items():
        if channel != CHANNEL:
            continue
        path = "/" + connector.account.options.get("socketio_path", _DEFAULT_PATH).strip("/") + "/"
        if path in taken:
            log.warning(
                "account is off: another one has its address; give it a `socketio_path`", account=account
            )
            continue
        taken.add(path)
        _add(app, path, connector)


def _add(app: web.Application, path: str, connector: Connector) -> None:
    sockets = _open(app, connector)
    warned = False

    async def handle(request: web.Request) -> web.StreamResponse:
        nonlocal warned
        if request.query.get("EIO") == _OLD and not warned:
            warned = True
            log.warning(_OLD_CLIENTS, account=connector.account.name)
        body = await request.read()
        asked: Any = _Reread(request, body) if body else request
        answer: web.StreamResponse = await sockets.server.handle_request(asked)
        return answer

    async def close(_app: web.Application) -> None:
        await sockets.close()

    for method in ("GET", "POST", "OPTIONS"):
        app.router.add_route(method, path, handle)
    app.on_shutdown.append(close)


def _open(app: web.Application, connector: Connector) -> RasaSockets:
    # The library takes 30 MB and half a second.
    from bot.web.rasa_api.sockets import RasaSockets, SocketParts  # noqa: PLC0415

    options = connector.account.options
    reader = None
    if options.get("jwt_key"):
        from bot.web.rasa_api.jwt_tokens import JwtReader  # noqa: PLC0415

        name = f"`jwt_key` of the socketio account {connector.account.name}"
        reader = JwtReader(options["jwt_key"], method=options.get("jwt_method", "HS256"), name=name)

    def is_allowed(origin: str | None, environ: Any) -> bool:
        own = own_origins(environ["aiohttp.request"])
        return is_allowed_origin(origin, own=own, allowed=options.get("origins", ""))

    return RasaSockets(
        SocketParts(
            road=app[ROAD],
            connector=connector,
            newcomers=app[NEWCOMERS],
            reader=reader,
            is_allowed=is_allowed,
        )
    )
