"""Files of the web chat: what a visitor sends, and what stands in their own conversation."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from aiohttp import hdrs, web
from aiohttp.helpers import content_disposition_header

from bot.domain.media import SHOWN_TYPES, MediaState
from bot.errors import (
    BadPayload,
    BadSignature,
    BusUnavailable,
    MediaGone,
    MediaRefused,
    NotAllowed,
    PayloadTooLarge,
    TooManyAttempts,
    UnknownConversation,
)
from bot.service.uploads import find_upload_key, take_upload
from bot.storage import conversations, media, messages, outgoing_files
from bot.web.bodies import read_file, streams
from bot.web.chat_account import FILES_PERIOD, MOST_FILES, read_consent, read_largest
from bot.web.chat_passes import make_ref, read_pass
from bot.web.chat_site import answer_preflight, answer_site
from bot.web.coming_files import ComingFiles
from bot.web.desk_files import FILE_HEADERS
from bot.web.ids import read_id
from bot.web.keys import FILES
from bot.web.newcomers import Arrival
from bot.web.visitors import read_token
from bot.web.words import say

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.domain.message import Attachment
    from bot.web.chat_socket import Chat

_BEARER = "Bearer "
_COMING = web.AppKey("chat_files_coming", ComingFiles)


@streams
async def post_file(request: web.Request) -> web.Response:
    """`POST /chat/{account}/files?consent=…`: a file, for a message that names its `ref`.

    Nobody sees it before. `consent` is the version of what was agreed to, where something has to be.
    """

    async def take(chat: Chat, headers: dict[str, str]) -> web.Response:
        visitor = read_token(chat.key, _account(chat), _bearer(request), now=chat.road.now())
        _check_agreed(request, chat)
        client = chat.newcomers.find_stranger(request)
        wait = await _get_wait(chat, visitor.id, client)
        if wait:
            headers[hdrs.RETRY_AFTER] = str(ceil(wait.total_seconds()))
            raise TooManyAttempts(say("chat.slow_down_files"))
        with request.app[_COMING].hold(visitor.id, client):
            return await _take(request, chat, visitor.id)

    response = await answer_site(request, take)
    if not request.content.is_eof():
        response.force_close()  # what is not wanted is not read
    return response


def _check_agreed(request: web.Request, chat: Chat) -> None:
    """Raise `NotAllowed` where something has to be agreed to, and was not: a file is kept as words are."""
    consent = read_consent(chat.connector.account.options)
    if consent is not None and request.query.get("consent") != consent.version:
        raise NotAllowed(say("chat.ask_first"))


async def _take(request: web.Request, chat: Chat, visitor: str) -> web.Response:
    most = read_largest(chat.connector.account.options)
    content = await read_file(request, most=most)
    if content is None:
        raise PayloadTooLarge(say("chat.file_too_large", most=most // 1_000_000))
    if not content:
        raise BadPayload(say("chat.file_empty"))
    try:
        upload = await take_upload(request.app[FILES], content, now=chat.road.now())
    except MediaRefused as error:
        raise BadPayload(say("chat.file_unwanted")) from error
    ref = make_ref(chat.key, _account(chat), visitor, upload)
    return web.json_response({"ref": ref, "kind": upload.kind, "mime": upload.mime, "size": upload.size})


async def _get_wait(chat: Chat, visitor: str, client: str | None) -> timedelta:
    name = f"webchat:files:{visitor}"
    try:
        wait = await chat.road.bus.rates.take(name, limit=MOST_FILES, period=FILES_PERIOD)
    except BusUnavailable:  # what comes from one address is still counted
        return await chat.newcomers.get_wait(client, Arrival.FILE)
    return wait or await chat.newcomers.get_wait(client, Arrival.FILE)


async def get_file(request: web.Request) -> web.Response:
    """`GET /chat/{account}/files/{message}/{number}`: a file of the conversation that the pass is for."""

    async def give(chat: Chat, _headers: dict[str, str]) -> web.Response:
        thread = read_pass(chat.key, _account(chat), _bearer(request), now=chat.road.now())
        attachment, key, mime = await _find(request, chat, thread)
        try:
            content = await request.app[FILES].get(key)
        except MediaGone as error:
            raise UnknownConversation(say("chat.file_gone")) from error
        kind = "inline" if mime in SHOWN_TYPES else "attachment"
        named = content_disposition_header(kind, filename=attachment.name or attachment.kind)
        return web.Response(
            body=content,
            content_type=mime,
            headers={**FILE_HEADERS, hdrs.CONTENT_DISPOSITION: named, **_CROSS_ORIGIN},
        )

    return await answer_site(request, give)


_CROSS_ORIGIN = {"Cross-Origin-Resource-Policy": "cross-origin"}  # the page is the brand's site


async def _find(request: web.Request, chat: Chat, thread: str) -> tuple[Attachment, str, str]:
    """Return an attachment of a thread, and where its file lies and of which kind it is."""
    message_id, number = read_id(request.match_info["message"]), int(request.match_info["number"])
    async with chat.road.database.read() as connection:
        message = await messages.get_message(connection, message_id)
        found = message and await conversations.get_conversation(connection, message.conversation_id)
        theirs = await media.list_files(connection, [message_id])
        ours = await outgoing_files.list_sent(connection, [message_id])
        file = {**theirs, **ours}.get((message_id, number))
    here = found and (found.channel, found.account, found.key) == ("webchat", _account(chat), thread)
    if not here or message is None or message.kind not in messages.CUSTOMER_KINDS:
        raise UnknownConversation(say("chat.file_gone"))
    if number >= len(message.content.attachments):
        raise UnknownConversation(say("chat.file_gone"))
    attachment = message.content.attachments[number]
    if file is not None and file.state is MediaState.KEPT:
        return attachment, file.key, file.mime
    waiting = find_upload_key(attachment.ref)
    if file is None or file.state is not MediaState.WAITING or waiting is None:
        raise UnknownConversation(say("chat.file_gone"))
    return attachment, waiting, attachment.mime or "application/octet-stream"


def _account(chat: Chat) -> str:
    return chat.connector.account.name


def _bearer(request: web.Request) -> str:
    header = request.headers.get(hdrs.AUTHORIZATION, "")
    if not header.startswith(_BEARER):
        raise BadSignature("a file needs its visitor's token")
    return header.removeprefix(_BEARER)


def add_chat_file_routes(app: web.Application) -> None:
    """Serve files of the web chat. The app must carry what `add_chat_routes` needs, and `FILES`."""
    app[_COMING] = ComingFiles()
    app.router.add_post("/chat/{account}/files", post_file)
    app.router.add_options("/chat/{account}/files", answer_preflight)
    place = r"/chat/{account}/files/{message:\d+}/{number:\d{1,2}}"
    app.router.add_get(place, get_file, allow_head=False)
    app.router.add_options(place, answer_preflight)
