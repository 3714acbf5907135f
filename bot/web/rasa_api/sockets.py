"""Rasa's socket.io channel: clients in rooms, one for each session, told what is said in its conversation.

As in our own chat the database is the truth and live events only say when to look: a session
remembers the last message it was told, here while the process lives, and is told what came after.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import socketio
import structlog

from bot.bus.live import RESET
from bot.connector import InboundRequest, Renders
from bot.connector.fields import MAX_ID, check_unicode
from bot.errors import BusUnavailable, Refused, StorageUnavailable, TooManyAttempts
from bot.service.look_into import find_conversation
from bot.service.read_as_customer import read_after, read_before
from bot.service.receive import receive
from bot.web.newcomers import Arrival

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.connector import Connector
    from bot.domain.json import JsonObject
    from bot.service.road import Road
    from bot.web.newcomers import Newcomers
    from bot.web.rasa_api.jwt_tokens import JwtReader

log = structlog.get_logger(__name__)

CHANNEL = "socketio"
MAX_FRAME = 100_000  # bytes
_MESSAGES, _PERIOD = 20, timedelta(seconds=10)  # of one session
_REMEMBERED = 10_000  # sessions without a client


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What all sockets of one account share."""

    road: Road
    connector: Connector
    newcomers: Newcomers
    reader: JwtReader | None
    is_allowed: Callable[[str | None, Any], bool]  # an origin, and the environment of its request


@dataclass(slots=True)
class _Session:
    """`told` is the id of the last message its clients were told; None before anybody looked."""

    clients: set[str] = field(default_factory=set)
    told: int | None = None
    conversation_id: int | None = None
    following: asyncio.Task[None] | None = None


class RasaSockets:
    """The clients of one account in this process."""

    def __init__(self, counter: Counter) -> None:
        """Hold what they share. Nothing is opened before a client comes."""
        self._counter, options = counter, counter.connector.account.options
        self._persistent = counter.connector.account.flag("session_persistence")
        self._said = options.get("bot_message_evt", "bot_uttered")
        self._namespace = options.get("namespace", "/")
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._session_of: dict[str, str] = {}
        self.server = socketio.AsyncServer(
            async_mode="aiohttp",
            cors_allowed_origins=counter.is_allowed,
            max_http_buffer_size=MAX_FRAME,
            namespaces=[self._namespace],
        )
        takers = {
            "connect": self._let_in,
            "disconnect": self._see_off,
            "session_request": self._confirm,
            options.get("user_message_evt", "user_uttered"): self._take,
        }
        for event, taker in takers.items():
            self.server.on(event, taker, namespace=self._namespace)

    async def close(self) -> None:
        """Send everybody away: their widgets come back by themselves."""
        tasks = [each.following for each in self._sessions.values() if each.following]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.server.shutdown()

    async def _let_in(self, _client: str, environ: Any, auth: object = None) -> bool:
        account, reader = self._counter.connector.account, self._counter.reader
        token = auth.get("token") if isinstance(auth, dict) else None
        if reader is None and not account.flag("open"):
            return False
        if reader is not None and (not isinstance(token, str) or reader.read(token) is None):
            return False
        newcomers = self._counter.newcomers
        stranger = newcomers.find_stranger(environ["aiohttp.request"])
        return not await newcomers.get_wait(stranger, Arrival.SESSION)

    async def _see_off(self, client: str, _reason: object = None) -> None:
        name = self._session_of.pop(client, None)
        session = self._sessions.get(name) if name else None
        if session is None:
            return
        session.clients.discard(client)
        if not session.clients and session.following is not None:
            session.following.cancel()
            session.following = None
        if not session.clients and not self._persistent:
            self._sessions.pop(str(name), None)  # nobody can come back to it

    async def _confirm(self, client: str, data: object = None) -> None:
        asked = data.get("session_id") if isinstance(data, dict) else None
        name = str(asked) if _is_name(asked) else uuid4().hex
        with suppress(StorageUnavailable):  # what is said meanwhile is told with the next message
            if self._persistent:
                await self._join(client, name)
        await self.server.emit("session_confirm", name, to=client, namespace=self._namespace)

    async def _take(self, client: str, data: object = None) -> None:
        try:
            await self._receive(client, data if isinstance(data, dict) else {})
        except Refused as error:
            log.info("Frame refused", code=error.code, channel=CHANNEL)
            await self._refuse(client, error.code, str(error))
        except StorageUnavailable as error:
            log.warning("Message not taken", reason=str(error), channel=CHANNEL)
            await self._refuse(client, "unavailable", "Nothing can be taken in at this moment. Try again.")
        except Exception:  # the library would only say that a task failed
            log.exception("Socket.io message broke", channel=CHANNEL)
            await self._refuse(client, "internal", "Something went wrong here. It was written down.")

    async def _refuse(self, client: str, code: str, text: str) -> None:
        told = {"code": code, "text": text}
        await self.server.emit("visavis_error", told, to=client, namespace=self._namespace)

    async def _receive(self, client: str, data: JsonObject) -> None:
        road, asked = self._counter.road, data.get("session_id")
        if self._persistent and not _is_name(asked):
            log.info("Message without a session dropped", channel=CHANNEL)  # as Rasa does
            return
        name = str(asked) if self._persistent else client
        session = await self._join(client, name)
        await self._check_pace(client, name, session)
        request = InboundRequest(
            body=json.dumps(data).encode(),
            query={"session": name, "id": uuid4().hex},
            received_at=road.now(),
        )
        [event] = self._counter.connector.parse(request)
        received = await receive(road, event)
        if session.following is None and received.conversation_id is not None:
            session.conversation_id = received.conversation_id
            self._follow(name, session)

    async def _check_pace(self, client: str, name: str, session: _Session) -> None:
        wait = timedelta()
        if session.conversation_id is None:
            request = self.server.get_environ(client, self._namespace)["aiohttp.request"]
            stranger = self._counter.newcomers.find_stranger(request)
            wait = await self._counter.newcomers.get_wait(stranger, Arrival.FIRST_MESSAGE)
        with suppress(BusUnavailable):
            key = f"{CHANNEL}:session:{name}"
            rates = self._counter.road.bus.rates
            wait = wait or await rates.take(key, limit=_MESSAGES, period=_PERIOD)
        if wait:
            raise TooManyAttempts("That is a lot at once. Wait a moment, then go on.")

    async def _join(self, client: str, name: str) -> _Session:
        """Put a client into a session's room; it is told what comes from now on, or since it was there."""
        session = self._sessions.setdefault(name, _Session())
        self._sessions.move_to_end(name)
        if client in session.clients:
            return session
        before = self._session_of.get(client)
        if before is not None:
            await self.server.leave_room(client, before, namespace=self._namespace)
            await self._see_off(client)
        session.clients.add(client)
        self._session_of[client] = name
        await self.server.enter_room(client, name, namespace=self._namespace)
        if session.told is None:
            await self._begin(name, session)
        if session.conversation_id is not None and session.following is None:
            self._follow(name, session)
        self._forget()
        return session

    async def _begin(self, name: str, session: _Session) -> None:
        road, account = self._counter.road, self._counter.connector.account.name
        standing = await find_conversation(road, name, channels=(CHANNEL,), account=account)
        told = 0
        if standing is not None:
            session.conversation_id = standing.conversation_id
            page = await read_before(road, standing.conversation_id)
            told = page.messages[-1].id if page.messages else 0
        session.told = told

    def _forget(self) -> None:
        """Keep no more sessions without a client than agreed, those that were here last."""
        if len(self._sessions) <= _REMEMBERED:
            return
        for name in [name for name, each in self._sessions.items() if not each.clients][: _REMEMBERED // 10]:
            del self._sessions[name]

    def _follow(self, name: str, session: _Session) -> None:
        session.following = asyncio.create_task(self._tell_all(name, session))

    async def _tell_all(self, name: str, session: _Session) -> None:
        """Tell a room what happens in its conversation, until its last client has left."""
        assert session.conversation_id is not None
        live = self._counter.road.bus.live
        try:
            # Listening begins before reading, so that nothing falls between the two.
            async with live.subscribe(conversation_id=session.conversation_id) as events:
                await self._try_to_catch_up(name, session)
                async for event in events:
                    if event.kind in ("message", RESET):
                        await self._try_to_catch_up(name, session)
        except Exception:
            log.exception("Socket.io session broke", channel=CHANNEL)
            session.following = None  # who says something next is followed again

    async def _try_to_catch_up(self, name: str, session: _Session) -> None:
        try:
            await self._catch_up(name, session)
        except StorageUnavailable as error:  # the next event tells it as well
            log.warning("Socket.io waits for what was said", reason=str(error), channel=CHANNEL)

    async def _catch_up(self, name: str, session: _Session) -> None:
        assert session.conversation_id is not None
        connector = self._counter.connector
        assert isinstance(connector, Renders)
        more = True
        while more:
            page = await read_after(self._counter.road, session.conversation_id, session.told or 0)
            for message in page.messages:
                for body in connector.render(message, name):
                    await self.server.emit(self._said, body, room=name, namespace=self._namespace)
                session.told = message.id
            more = page.more


def _is_name(given: object) -> bool:
    """Tell whether a session may be called so."""
    if not isinstance(given, str) or not given.strip() or len(given) > MAX_ID:
        return False
    try:
        check_unicode(given)
    except Refused:
        return False
    return True
