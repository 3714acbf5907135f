"""The first frame of a visitor's socket: who is there, and what they have already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from bot.errors import BadPayload, BadSignature, Refused
from bot.web import chat_frames
from bot.web.visitors import Visitor, read_token

if TYPE_CHECKING:
    from bot.web.chat_socket import Chat

HELLO_WITHIN = 10.0  # seconds
BAD_TOKEN = 4401  # tells the widget to ask for a new token


async def read_hello(chat: Chat, socket: web.WebSocketResponse) -> tuple[Visitor, int] | None:
    """Wait for the first frame; returns who is there and the last message they have.

    Closes the socket and returns None when there is no proper hello in time.
    """
    try:
        message = await socket.receive(timeout=HELLO_WITHIN)
        token, after = chat_frames.parse_hello(message.data if message.type is WSMsgType.TEXT else "")
        visitor = read_token(chat.key, chat.connector.account.name, token, now=chat.road.now())
    except TimeoutError:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"no hello")
    except BadSignature as error:
        await _refuse(socket, error, code=BAD_TOKEN)
    except BadPayload as error:
        await _refuse(socket, error, code=WSCloseCode.POLICY_VIOLATION)
    else:
        return visitor, after
    return None


async def _refuse(socket: web.WebSocketResponse, error: Refused, *, code: int) -> None:
    if not socket.closed:
        await socket.send_str(json.dumps(chat_frames.render_error(error.code, str(error))))
        await socket.close(code=code, message=error.code.encode())
