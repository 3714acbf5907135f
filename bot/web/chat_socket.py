"""One visitor's socket, from hello to goodbye. The widget's side of it: `assets/widget/frames.ts`."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.domain.conversation import Status
from bot.domain.message import Author
from bot.errors import BadPayload, BadSignature, BusUnavailable, Refused, StorageUnavailable
from bot.service.mark_read import mark_read
from bot.service.read_as_customer import read_before
from bot.service.receive import receive
from bot.web import chat_frames
from bot.web.chat_guest import enter
from bot.web.chat_hello import BAD_TOKEN, refuse
from bot.web.chat_teller import Teller
from bot.web.chat_told import read_told
from bot.web.newcomers import Arrival
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.connector import Connector
    from bot.domain.json import JsonObject
    from bot.service.road import Road
    from bot.web.chat_guest import Guest
    from bot.web.chat_hello import Hello
    from bot.web.newcomers import Newcomers

log = structlog.get_logger(__name__)

MESSAGES = 20  # per visitor and MESSAGES_PERIOD, in all their tabs
MESSAGES_PERIOD = timedelta(seconds=10)
FRAMES = 100  # of any kind, per socket and FRAMES_PERIOD
FRAMES_PERIOD = 10.0  # seconds
TYPING_PERIOD = 2.0  # seconds between two notices that the visitor writes
AWAY = timedelta(seconds=2)  # after which a message is tried again that could not be stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """What all sockets of one account share."""

    road: Road
    connector: Connector
    key: bytes
    newcomers: Newcomers


class ChatSocket:
    """Serves one visitor over one prepared WebSocket. `client` is the address they come from, if known."""

    def __init__(self, socket: web.WebSocketResponse, guest: Guest, *, client: str | None) -> None:
        self._socket, self._guest, self._client = socket, guest, client
        self._road = guest.chat.road
        self._teller = Teller(guest, socket)
        self._following: asyncio.Task[None] | None = None
        self._frames, self._frames_since, self._typed_at = 0, 0.0, 0.0
        self._takers = {
            "message": self._take_message,
            "told": self._take_told,
            "history": self._take_history,
            "read": self._take_read,
            "typing": self._take_typing,
            "ping": self._take_ping,
        }

    async def serve(self) -> None:
        """Welcome the visitor with what they do not have, then serve until one side leaves.

        Nothing is raised but a cancellation: whatever breaks closes the socket.
        """
        try:
            async with closing_when_broken(self._socket):
                await self._welcome_or_follow()
                await self._take_all()
        finally:
            if self._following is not None:
                self._following.cancel()
                with suppress(asyncio.CancelledError):
                    await self._following

    async def _welcome_or_follow(self) -> None:
        thread, hello = self._guest.thread, self._guest.hello
        after = hello.after if hello.thread in (None, thread.key) else 0  # they had another one
        if thread.conversation_id is None:
            await self._teller.welcome(None, 0)
        else:
            self._follow(thread.conversation_id, after=after)

    async def _take_all(self) -> None:
        async for message in self._socket:
            if not self._within_budget():
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"too many frames")
            elif message.type is WSMsgType.TEXT:
                await self._take(message.data)
            else:
                await self._send(chat_frames.render_error("bad_payload", "a frame must be text"))

    def _within_budget(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._frames_since > FRAMES_PERIOD:
            self._frames, self._frames_since = 0, now
        self._frames += 1
        return self._frames <= FRAMES

    async def _take(self, text: str) -> None:
        client_id = None
        try:
            frame = chat_frames.parse_frame(text)
            client_id = chat_frames.read_client_id(frame)
            taker = self._takers.get(str(frame.get("type")))
            if taker is None:
                raise BadPayload("frames of this `type` are not known here")
            await taker(frame)
        except Refused as error:
            log.info("Frame refused", code=error.code, channel="webchat")
            await self._send(chat_frames.render_error(error.code, str(error), client_id=client_id))
        except StorageUnavailable:
            refusal = chat_frames.render_error(
                "unavailable", say("chat.unavailable"), client_id=client_id, wait=AWAY
            )
            await self._send(refusal)

    async def _take_message(self, frame: JsonObject) -> None:
        client_id = chat_frames.read_client_id(frame)
        if self._guest.must_ask():
            words = say("chat.ask_first")
            await self._send(chat_frames.render_error("ask_first", words, client_id=client_id))
            return
        wait = await self._get_wait()
        if wait:
            refusal = chat_frames.render_error(
                "slow_down", say("chat.slow_down"), client_id=client_id, wait=wait
            )
            await self._send(refusal)
            return
        self._guest.parse(frame)  # what makes no sense begins nothing
        key = self._guest.thread.key
        await self._guest.begin()
        if self._guest.thread.key != key:  # the same person began elsewhere: its files open there, too
            await self._send(
                {"type": "pass", "pass": self._guest.make_pass(), "thread": self._guest.thread.key}
            )
        for event in self._guest.parse(frame):
            received = await receive(self._road, event)
            await self._send({"type": "ack", "id": client_id, "message_id": received.message_id})
            if self._following is None and received.conversation_id is not None:
                self._guest.thread = replace(self._guest.thread, conversation_id=received.conversation_id)
                self._follow(received.conversation_id)
            if received.status is Status.BOT:
                await self._send({"type": "typing", "author": Author.BOT.value, "name": None})

    async def _get_wait(self) -> timedelta:
        if self._guest.thread.conversation_id is None:
            return await self._guest.chat.newcomers.get_wait(self._client, Arrival.FIRST_MESSAGE)
        name = f"webchat:visitor:{self._guest.hello.visitor.id}"
        try:
            return await self._road.bus.rates.take(name, limit=MESSAGES, period=MESSAGES_PERIOD)
        except BusUnavailable:
            return timedelta()  # the budget of frames still holds

    async def _take_told(self, frame: JsonObject) -> None:
        wait = await self._get_wait() if self._guest.thread.conversation_id is not None else None
        if wait:
            await self._send(chat_frames.render_error("slow_down", say("chat.slow_down"), wait=wait))
            return
        await self._guest.tell(read_told(frame.get("told")))
        await self._send({"type": "told"})

    async def _take_history(self, frame: JsonObject) -> None:
        before = chat_frames.read_message_id(frame, "before")
        conversation_id = self._guest.thread.conversation_id
        if conversation_id is None:
            await self._send(chat_frames.render_history((), earlier=False))
            return
        page = await read_before(self._road, conversation_id, before)
        await self._send(chat_frames.render_history(self._teller.render(page.messages), earlier=page.more))

    async def _take_read(self, frame: JsonObject) -> None:
        message_id = chat_frames.read_message_id(frame, "message_id")
        if self._guest.thread.conversation_id is not None:
            last = min(message_id, self._teller.told)
            await mark_read(self._road, self._guest.thread.conversation_id, last)

    async def _take_typing(self, _frame: JsonObject) -> None:
        now = asyncio.get_running_loop().time()
        conversation_id = self._guest.thread.conversation_id
        if conversation_id is not None and now - self._typed_at >= TYPING_PERIOD:
            self._typed_at = now
            live = self._road.bus.live
            await live.publish("typing", conversation_id, author=Author.CONTACT.value)

    async def _take_ping(self, _frame: JsonObject) -> None:
        await self._send({"type": "pong"})

    def _follow(self, conversation_id: int, *, after: int | None = None) -> None:
        self._following = asyncio.create_task(self._tell_all(conversation_id, after))

    async def _tell_all(self, conversation_id: int, after: int | None) -> None:
        """Tell what happens: a socket that can tell nothing more is closed, or it would look alive."""
        async with closing_when_broken(self._socket):
            await self._teller.follow(conversation_id, after=after)

    async def _send(self, frame: JsonObject) -> None:
        await self._teller.send(frame)


@asynccontextmanager
async def closing_when_broken(socket: web.WebSocketResponse) -> AsyncIterator[None]:
    """Close a socket over which something broke: an answer of HTTP would be garbage within it.

    The widget comes back by itself.
    """
    try:
        yield
    except ConnectionResetError:
        pass  # the visitor left; the reader notices by itself
    except StorageUnavailable:
        await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"database away")
    except Exception:
        log.exception("Chat socket broke", channel="webchat")
        await socket.close(code=WSCloseCode.INTERNAL_ERROR, message=b"internal error")


async def serve_visitor(
    chat: Chat, socket: web.WebSocketResponse, hello: Hello, *, client: str | None
) -> None:
    """Serve whoever said hello. Nothing is raised."""
    async with closing_when_broken(socket):
        guest = await enter(chat, hello)
        if guest is None:
            # Somebody was signed in on this device, and is not now: what they said is not for whoever is.
            words = "this visitor's conversation belongs to somebody who is not signed in now"
            await refuse(socket, BadSignature(words), code=BAD_TOKEN)
            return
        await ChatSocket(socket, guest, client=client).serve()
