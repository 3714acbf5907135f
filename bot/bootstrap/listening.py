"""The port we listen on: taken early, so that a taken one is said at once, and served late."""

from __future__ import annotations

import errno
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from bot.errors import SettingsError
from bot.web.server_log import make_server_logger

if TYPE_CHECKING:
    from bot.settings import Settings

_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on


@contextmanager
def bound_socket(settings: Settings) -> Iterator[socket.socket]:
    """Bind, without listening yet: whoever connects before we are ready is refused, not kept waiting.

    Raises `SettingsError` for a port that is taken or an address that is not ours.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise _cannot_listen(where, error) from error
    with listener:
        yield listener


@asynccontextmanager
async def serving(
    app: web.Application, listener: socket.socket, *, settings: Settings, patience: float
) -> AsyncIterator[str]:
    """Serve `app` and yield its address for people; requests under way get `patience` seconds at the end."""
    runner = web.AppRunner(app, access_log=None, logger=make_server_logger(), shutdown_timeout=patience)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
    except OSError as error:
        await runner.cleanup()
        raise _cannot_listen(f"{settings.host}:{settings.port}", error) from error
    try:
        yield settings.public_url or _address(settings.host, listener)
    finally:
        await runner.cleanup()


def _address(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    shown = "127.0.0.1" if host in _EVERYWHERE else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _cannot_listen(where: str, error: OSError) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"{where} is taken (by a Visavis that runs already?): choose another port with PORT or --port"
            " (roles without pages: VISAVIS_OPS_PORT or --ops-port)"
        )
    return SettingsError(f"cannot listen on {where} ({error.strerror or error}): set HOST and PORT")
