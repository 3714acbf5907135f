"""Files of a conversation, as staff see them: shown in the page where that does no harm, else a download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web
from aiohttp.helpers import content_disposition_header

from bot.domain.media import SHOWN_TYPES, MediaFile, MediaState
from bot.domain.staff import Role
from bot.errors import MediaGone, UnknownConversation
from bot.storage import media, messages, outgoing_files
from bot.web.auth import require
from bot.web.ids import read_id
from bot.web.keys import FILES, ROAD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.message import Attachment
    from bot.storage.database import Connection
    from bot.storage.files import FileStore

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
    """`GET /desk/c/{id}/files/{message}/{number}`: a file of a message, a customer's or ours."""
    attachment, file = await _find(request)
    name = attachment.name or f"{attachment.kind}-{file.message_id}"
    return await give_file(request.app[FILES], key=file.key, mime=file.mime, name=name)


async def give_file(store: FileStore, *, key: str, mime: str, name: str) -> web.Response:
    """Answer with a file. Raises `UnknownConversation` where it is gone."""
    try:
        content = await store.get(key)
    except MediaGone as error:
        raise UnknownConversation(_UNKNOWN) from error
    kind = "inline" if mime in SHOWN_TYPES else "attachment"
    disposition = content_disposition_header(kind, filename=name)
    return web.Response(
        body=content, content_type=mime, headers={**FILE_HEADERS, hdrs.CONTENT_DISPOSITION: disposition}
    )


async def _find(request: web.Request) -> tuple[Attachment, MediaFile]:
    conversation_id, message_id = (read_id(request.match_info[name]) for name in ("id", "message"))
    number = int(request.match_info["number"])
    async with request.app[ROAD].database.read() as connection:
        message = await messages.get_message(connection, message_id)
        files = await load_files(connection, [message_id])
        file = files.get((message_id, number))
    if message is None or message.conversation_id != conversation_id or file is None:
        raise UnknownConversation(_UNKNOWN)
    if file.state is not MediaState.KEPT or number >= len(message.content.attachments):
        raise UnknownConversation(_UNKNOWN)
    return message.content.attachments[number], file


async def load_files(
    connection: Connection, message_ids: Sequence[int]
) -> Mapping[tuple[int, int], MediaFile]:
    """Return the files of messages, customers' and ours, by (message, number)."""
    theirs = await media.list_files(connection, message_ids)
    return {**theirs, **await outgoing_files.list_sent(connection, message_ids)}
