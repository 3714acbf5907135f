"""What customers sent, as staff see it: shown in the page where that does no harm, else a download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web
from aiohttp.helpers import content_disposition_header

from bot.domain.media import SHOWN_TYPES, MediaFile, MediaState
from bot.domain.staff import Role
from bot.errors import MediaGone, UnknownConversation
from bot.storage import media, messages
from bot.web.auth import require
from bot.web.ids import read_id
from bot.web.keys import FILES, ROAD

if TYPE_CHECKING:
    from bot.domain.message import Attachment

# Whatever a file holds, a browser neither runs it nor takes it for anything but what it is.
FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_UNKNOWN = "There is no such file."


@require(Role.AGENT, Role.LEAD)
async def get_file(request: web.Request) -> web.StreamResponse:
    """`GET /desk/c/{id}/files/{message}/{number}`: a file of a customer's message."""
    attachment, file = await _find(request)
    try:
        content = await request.app[FILES].get(file.key)
    except MediaGone as error:
        raise UnknownConversation(_UNKNOWN) from error
    kind = "inline" if file.mime in SHOWN_TYPES else "attachment"
    name = attachment.name or f"{attachment.kind}-{file.message_id}"
    return web.Response(
        body=content,
        content_type=file.mime,
        headers={
            **FILE_HEADERS,
            hdrs.CONTENT_DISPOSITION: content_disposition_header(kind, filename=name),
        },
    )


async def _find(request: web.Request) -> tuple[Attachment, MediaFile]:
    conversation_id, message_id = (read_id(request.match_info[name]) for name in ("id", "message"))
    number = int(request.match_info["number"])
    async with request.app[ROAD].database.read() as connection:
        message = await messages.get_message(connection, message_id)
        file = (await media.list_files(connection, [message_id])).get((message_id, number))
    if message is None or message.conversation_id != conversation_id or file is None:
        raise UnknownConversation(_UNKNOWN)
    if file.state is not MediaState.KEPT or number >= len(message.content.attachments):
        raise UnknownConversation(_UNKNOWN)
    return message.content.attachments[number], file
