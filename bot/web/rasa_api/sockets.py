"""Rasa's socket.io channel: what clients say, and who is let in. What they are told is `socket_sessions`."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import socketio
import structlog

from bot.connector import InboundRequest
from bot.connector.fields import MAX_ID, check_unicode
from bot.errors import BusUnavailable, Refused, StorageUnavailable, TooManyAttempts
from bot.service.receive import receive
from bot.web.newcomers import Arrival
from bot.web.rasa_api.socket_sessions import CHANNEL, Sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.connector import Connector
    from bot.domain.json import JsonObject
    from bot.service.road import Road
    from bot.web.newcomers import Newcomers
    from bot.web.rasa_api.jwt_tokens import JwtReader
    from bot.web.rasa_api.socket_sessions import Session

log = structlog.get_logger(__name__)

MAX_FRAME = 100_000  # bytes
_MESSAGES, _PERIOD = 20, timedelta(seconds=10)  # of one session


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketParts:
    """What all sockets of one account share."""

    road: Road
    connector: Connector
    newcomers: Newcomers
    reader: JwtReader | None
    is_allowed: Callable[[str | None, Any], bool]  # an origin, and the environment of its request


class RasaSockets:
    """The clients of one account in this process."""

    def __init__(self, parts: SocketParts) -> None:
        """Hold what they share. Nothing is opened before a client comes."""
        self._parts, options = parts, parts.connector.account.options
        self._persistent = parts.connector.account.flag("session_persistence")
        self._namespace = options.get("namespace", "/")
        self.server = socketio.AsyncServer(
            async_mode="aiohttp",
            cors_allowed_origins=parts.is_allowed,
            max_http_buffer_size=MAX_FRAME,
            namespaces=[self._namespace],
        )
        self._sessions = Sessions(parts.road, parts.connector, self.server)
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
        await self._sessions.close()
        await self.server.shutdown()

    async def _let_in(self, _client: str, environ: Any, auth: object = None) -> bool:
        account, reader = self._parts.connector.account, self._parts.reader
        token = auth.get("token") if isinstance(auth, dict) else None
        if reader is None and not account.flag("open"):
            return False
        if reader is not None and (not isinstance(token, str) or reader.read(token) is None):
            return False
        newcomers = self._parts.newcomers
        stranger = newcomers.find_stranger(environ["aiohttp.request"])
        return not await newcomers.get_wait(stranger, Arrival.SESSION)

    async def _see_off(self, client: str, _reason: object = None) -> None:
        self._sessions.leave(client)

    async def _confirm(self, client: str, data: object = None) -> None:
        asked = data.get("session_id") if isinstance(data, dict) else None
        known = _read_name(asked)
        name = known or uuid4().hex
        with suppress(StorageUnavailable):  # what is said meanwhile is told with the next message
            if self._persistent:
                await self._sessions.join(client, name)
        # Widgets hold it against the one they asked for, whose type counts.
        confirmed = asked if known else name
        await self.server.emit("session_confirm", confirmed, to=client, namespace=self._namespace)

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
        road = self._parts.road
        name = _read_name(data.get("session_id")) if self._persistent else client
        if name is None:
            log.info("Message without a session dropped", channel=CHANNEL)  # as Rasa does
            return
        session = await self._sessions.join(client, name)
        await self._check_pace(client, name, session)
        request = InboundRequest(
            body=json.dumps(data).encode(),
            query={"session": name, "id": uuid4().hex},
            received_at=road.now(),
        )
        [event] = self._parts.connector.parse(request)
        received = await receive(road, event)
        if session.following is None and received.conversation_id is not None:
            session.conversation_id = received.conversation_id
            self._sessions.follow(name, session)

    async def _check_pace(self, client: str, name: str, session: Session) -> None:
        wait = timedelta()
        if session.conversation_id is None:
            request = self.server.get_environ(client, self._namespace)["aiohttp.request"]
            stranger = self._parts.newcomers.find_stranger(request)
            wait = await self._parts.newcomers.get_wait(stranger, Arrival.FIRST_MESSAGE)
        with suppress(BusUnavailable):
            key = f"{CHANNEL}:session:{name}"
            rates = self._parts.road.bus.rates
            wait = wait or await rates.take(key, limit=_MESSAGES, period=_PERIOD)
        if wait:
            raise TooManyAttempts("That is a lot at once. Wait a moment, then go on.")


def _read_name(given: object) -> str | None:
    """Return what a session is called, None where it may not be called so. Some number their visitors."""
    if isinstance(given, int) and given and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not given.strip() or len(given) > MAX_ID:
        return None
    try:
        check_unicode(given)
    except Refused:
        return None
    return given
