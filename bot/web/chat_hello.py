"""The first frame of a visitor's socket: who is there, and what they have already."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.errors import BadPayload, BadSignature, Refused
from bot.web import chat_frames
from bot.web.chat_told import NOTHING_TOLD, Told, read_told
from bot.web.identities import Identity, check_identity
from bot.web.visitors import Visitor, read_token

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.web.chat_socket import Chat

HELLO_WITHIN = 10.0  # seconds
BAD_TOKEN = 4401  # tells the widget to ask for a new token

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Who is there, and the last message they have, of which thread.

    `doubt`: why the identity they came with does not count.
    """

    visitor: Visitor
    after: int
    identity: Identity | None = None
    doubt: str | None = None
    told: Told = NOTHING_TOLD
    thread: str | None = None


async def read_hello(chat: Chat, socket: web.WebSocketResponse) -> Hello | None:
    """Wait for the first frame; closes the socket and returns None when there is no proper hello in time."""
    try:
        message = await socket.receive(timeout=HELLO_WITHIN)
        frame = chat_frames.parse_hello(message.data if message.type is WSMsgType.TEXT else "")
        return _read(chat, frame)
    except TimeoutError:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"no hello")
    except BadSignature as error:
        await refuse(socket, error, code=BAD_TOKEN)
    except BadPayload as error:
        await refuse(socket, error, code=WSCloseCode.POLICY_VIOLATION)
    return None


def _read(chat: Chat, frame: JsonObject) -> Hello:
    account = chat.connector.account
    after, told = chat_frames.read_message_id(frame, "after"), read_told(frame.get("told"))
    visitor = read_token(chat.key, account.name, str(frame.get("token", "")), now=chat.road.now())
    thread, given = frame.get("thread"), frame.get("identity")
    hello = Hello(visitor=visitor, after=after, told=told, thread=thread if isinstance(thread, str) else None)
    if given is None:
        return hello
    try:
        identity = check_identity(given, account.options.get("identity_secret", ""))
    except (BadSignature, BadPayload) as error:
        # They are nobody in particular then: they may write, and are shown nobody's words.
        log.warning("Identity refused", code=error.code, channel="webchat", account=account.name)
        return replace(hello, doubt=str(error))
    return replace(hello, identity=identity)


async def refuse(socket: web.WebSocketResponse, error: Refused, *, code: int) -> None:
    """Say why a socket is closed, and close it."""
    if not socket.closed:
        await socket.send_str(json.dumps(chat_frames.render_error(error.code, str(error))))
        await socket.close(code=code, message=error.code.encode())
