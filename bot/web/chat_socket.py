"""One visitor's socket, from hello to goodbye. The widget's side of it: `assets/widget/frames.ts`.

The database is the truth and live events only say when to look: a socket remembers the last message
it told and tells what came after it, in order. So nothing is missed, whatever the bus forgets.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.bus.live import RESET
from bot.connector import InboundRequest, Renders
from bot.domain.conversation import Status
from bot.domain.message import Author
from bot.errors import BadPayload, BusUnavailable, Refused, StorageUnavailable
from bot.service.mark_read import mark_read
from bot.service.read_as_customer import Holder, find_conversation, get_holder, read_after, read_before
from bot.service.receive import receive
from bot.web import chat_frames
from bot.web.newcomers import Arrival
from bot.web.visitors import make_token
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from bot.bus.live import LiveEvent
    from bot.connector import Connector
    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.service.road import Road
    from bot.web.newcomers import Newcomers
    from bot.web.visitors import Visitor

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

    def __init__(
        self, chat: Chat, socket: web.WebSocketResponse, visitor: Visitor, *, client: str | None
    ) -> None:
        self._chat, self._socket, self._visitor, self._client = chat, socket, visitor, client
        self._conversation_id: int | None = None
        self._told = 0  # id of the last message this socket told
        self._following: asyncio.Task[None] | None = None
        self._frames, self._frames_since, self._typed_at = 0, 0.0, 0.0
        self._takers = {
            "message": self._take_message,
            "history": self._take_history,
            "read": self._take_read,
            "typing": self._take_typing,
            "ping": self._take_ping,
        }

    async def serve(self, after: int) -> None:
        """Welcome the visitor with what came after message `after`, then serve until one side leaves.

        Nothing is raised: an answer of HTTP would be garbage within an open socket. Whatever breaks
        closes it, and the widget comes back by itself.
        """
        try:
            async with self._closing_when_broken():
                await self._welcome_or_follow(after)
                await self._take_all()
        finally:
            if self._following is not None:
                self._following.cancel()
                with suppress(asyncio.CancelledError):
                    await self._following

    @asynccontextmanager
    async def _closing_when_broken(self) -> AsyncIterator[None]:
        try:
            yield
        except ConnectionResetError:
            pass  # the visitor left; the reader notices by itself
        except StorageUnavailable:
            await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"database away")
        except Exception:
            log.exception("Chat socket broke", channel="webchat")
            await self._socket.close(code=WSCloseCode.INTERNAL_ERROR, message=b"internal error")

    async def _welcome_or_follow(self, after: int) -> None:
        account = self._chat.connector.account.name
        self._conversation_id = await find_conversation(self._chat.road, account, self._visitor.id)
        if self._conversation_id is None:
            await self._welcome(0)
        else:
            self._follow(self._conversation_id, after=after)

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
        wait = await self._get_wait()
        if wait:
            refusal = chat_frames.render_error(
                "slow_down", say("chat.slow_down"), client_id=client_id, wait=wait
            )
            await self._send(refusal)
            return
        road = self._chat.road
        body = json.dumps(frame).encode()
        request = InboundRequest(body=body, query={"visitor": self._visitor.id}, received_at=road.now())
        for event in self._chat.connector.parse(request):
            received = await receive(road, event)
            await self._send({"type": "ack", "id": client_id, "message_id": received.message_id})
            if self._following is None and received.conversation_id is not None:
                self._conversation_id = received.conversation_id
                self._follow(received.conversation_id)
            if received.status is Status.BOT:
                await self._send({"type": "typing", "author": Author.BOT.value, "name": None})

    async def _get_wait(self) -> timedelta:
        if self._conversation_id is None:
            return await self._chat.newcomers.get_wait(self._client, Arrival.FIRST_MESSAGE)
        name = f"webchat:visitor:{self._visitor.id}"
        try:
            return await self._chat.road.bus.rates.take(name, limit=MESSAGES, period=MESSAGES_PERIOD)
        except BusUnavailable:
            return timedelta()  # the budget of frames still holds

    async def _take_history(self, frame: JsonObject) -> None:
        before = chat_frames.read_message_id(frame, "before")
        if self._conversation_id is None:
            await self._send(chat_frames.render_history((), earlier=False))
            return
        page = await read_before(self._chat.road, self._conversation_id, before)
        await self._send(chat_frames.render_history(self._render(page.messages), earlier=page.more))

    async def _take_read(self, frame: JsonObject) -> None:
        message_id = chat_frames.read_message_id(frame, "message_id")
        if self._conversation_id is not None:
            await mark_read(self._chat.road, self._conversation_id, min(message_id, self._told))

    async def _take_typing(self, _frame: JsonObject) -> None:
        now = asyncio.get_running_loop().time()
        if self._conversation_id is not None and now - self._typed_at >= TYPING_PERIOD:
            self._typed_at = now
            live = self._chat.road.bus.live
            await live.publish("typing", self._conversation_id, author=Author.CONTACT.value)

    async def _take_ping(self, _frame: JsonObject) -> None:
        await self._send({"type": "pong"})

    def _follow(self, conversation_id: int, *, after: int | None = None) -> None:
        self._following = asyncio.create_task(self._tell_all(conversation_id, after))

    async def _tell_all(self, conversation_id: int, after: int | None) -> None:
        """Tell what happens in the conversation. `after` is None once the visitor was welcomed.

        A socket that can tell nothing more is closed: one that only answered pings would look alive.
        """
        # Listening begins before reading, so that nothing falls between the two.
        live = self._chat.road.bus.live
        async with self._closing_when_broken(), live.subscribe(conversation_id=conversation_id) as events:
            if after is None:
                await self._catch_up(conversation_id)
            else:
                await self._welcome(after)
            async for event in events:
                await self._tell(conversation_id, event)

    async def _tell(self, conversation_id: int, event: LiveEvent) -> None:
        if event.kind in ("message", RESET):
            await self._catch_up(conversation_id)
        if event.kind in ("status", RESET):
            holder = await get_holder(self._chat.road, conversation_id)
            await self._send({"type": "holder", "holder": chat_frames.render_holder(holder)})
        if event.kind == "typing" and event.data.get("author") != Author.CONTACT.value:
            holder = await get_holder(self._chat.road, conversation_id)
            await self._send({"type": "typing", "author": event.data.get("author"), "name": holder.name})

    async def _welcome(self, after: int) -> None:
        road, connector = self._chat.road, self._chat.connector
        messages: tuple[Message, ...] = ()
        holder, earlier, behind = Holder(), False, False
        if self._conversation_id is not None:
            page = await read_after(road, self._conversation_id, after) if after else None
            behind = page is not None and page.more
            if page is None or behind:
                page = await read_before(road, self._conversation_id)
                earlier = page.more
            messages = page.messages
            holder = await get_holder(road, self._conversation_id)
            self._told = messages[-1].id if messages else after
        account = connector.account
        await self._send(
            {
                "type": "welcome",
                **chat_frames.render_account(
                    account.options, name=account.name, text_max=connector.capabilities.text_max
                ),
                "token": self._renew(),
                "holder": chat_frames.render_holder(holder),
                "messages": list(self._render(messages)),
                "earlier": earlier,
                "behind": behind,
            },
        )

    def _renew(self) -> str | None:
        if not self._visitor.renew:
            return None
        account = self._chat.connector.account.name
        return make_token(self._chat.key, account, now=self._chat.road.now(), visitor=self._visitor.id)

    async def _catch_up(self, conversation_id: int) -> None:
        more = True
        while more:
            page = await read_after(self._chat.road, conversation_id, self._told)
            for message in page.messages:
                for frame in self._render((message,)):
                    await self._send(frame)
                self._told = message.id
            more = page.more

    def _render(self, messages: Iterable[Message]) -> Iterable[JsonObject]:
        connector = self._chat.connector
        assert isinstance(connector, Renders)  # checked where the routes are added
        return (frame for message in messages for frame in connector.render(message, self._visitor.id))

    async def _send(self, frame: JsonObject) -> None:
        if not self._socket.closed:
            await self._socket.send_str(json.dumps(frame, ensure_ascii=False))
