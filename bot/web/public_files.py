"""Files of ours for whoever has their address: platforms that fetch them, customers who got a link."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from bot.errors import UnknownConversation
from bot.service.sent_files import find_file_id, make_path, read_token
from bot.storage import outgoing_files
from bot.web.clients import get_client
from bot.web.desk_files import give_file
from bot.web.errors import log_refusal
from bot.web.keys import FILES, ROAD, SIGNING_KEY
from bot.web.link_limits import LINK_LIMITS, LinkLimits

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.domain.media import OutgoingFile
    from bot.domain.message import Attachment

_GONE = "There is no such file here, or not any more. Ask for it again where you got the link."
_LATER = "This was fetched too often within a minute. It is here again in a moment."
_UNKEPT = {"Cache-Control": "no-store"}
# Sites that carry our chat show what staff send; search engines and other sites have no business with it.
_HEADERS = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


async def get_public_file(request: web.Request) -> web.StreamResponse:
    """`GET /files/{token}/{name}`: a file that was sent, to whoever knows its signed address."""
    key, now = request.app[SIGNING_KEY], request.app[ROAD].now()
    file_id = read_token(key, request.match_info["token"], now=now)
    wait = await request.app[LINK_LIMITS].get_wait(get_client(request), file_id)
    if wait:
        response = _ask_to_wait(request, wait)
    else:
        try:
            file = await _find(request, file_id)
            response = await give_file(request.app[FILES], key=file.key, mime=file.mime, name=file.name)
        except UnknownConversation:
            response = web.Response(status=404, text=_GONE, headers=_UNKEPT)
    response.headers.update(_HEADERS)
    return response


def _ask_to_wait(request: web.Request, wait: timedelta) -> web.Response:
    log_refusal(request, status=429, code="too_many", reason="a link is fetched too often")
    seconds = str(math.ceil(wait.total_seconds()))
    return web.Response(status=429, text=_LATER, headers={**_UNKEPT, hdrs.RETRY_AFTER: seconds})


async def _find(request: web.Request, file_id: int | None) -> OutgoingFile:
    if file_id is None:
        raise UnknownConversation(_GONE)
    async with request.app[ROAD].database.read() as connection:
        file = await outgoing_files.get_sent(connection, file_id)
    if file is None:
        raise UnknownConversation(_GONE)
    return file


def make_file_path(app: web.Application, attachment: Attachment) -> str | None:
    """Return the path at which a customer's own page can show a file of ours; None for other attachments."""
    file_id = find_file_id(attachment)
    if file_id is None:
        return None
    return make_path(app[SIGNING_KEY], file_id, attachment.name or "file", now=app[ROAD].now())


def add_public_file_routes(app: web.Application) -> None:
    """Serve sent files. The app must carry `ROAD`, `FILES` and `SIGNING_KEY`."""
    app[LINK_LIMITS] = LinkLimits(app[ROAD])
    app.router.add_get(r"/files/{token:[\w.-]{1,80}}/{name:[^/]{1,2000}}", get_public_file)
