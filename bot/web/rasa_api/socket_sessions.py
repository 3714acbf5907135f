"""Sessions of socket.io clients: rooms, each told what is said in its conversation.

As in our own chat the database is the truth and live events only say when to look: a session
remembers the last message it was told, here while the process lives, and is told what came after.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bot.bus.live import RESET
from bot.connector import Renders
from bot.errors import StorageUnavailable
from bot.service.look_into import find_conversation
from bot.service.read_as_customer import read_after, read_before

if TYPE_CHECKING:
    import socketio

    from bot.connector import Connector
    from bot.service.road import Road

log = structlog.get_logger(__name__)

CHANNEL = "socketio"
_REMEMBERED = 10_000  # sessions without a client


@dataclass(slots=True)
class Session:
    """`told` is the id of the last message its clients were told; None before anybody looked."""

    clients: set[str] = field(default_factory=set)
    told: int | None = None
    conversation_id: int | None = None
    following: asyncio.Task[None] | None = None


class Sessions:
    """The sessions of one account in this process."""

    def __init__(self, road: Road, connector: Connector, server: socketio.AsyncServer) -> None:
        """Hold them; `server` has the clients."""
        self._road, self._connector, self._server = road, connector, server
        options = connector.account.options
        self._said = options.get("bot_message_evt", "bot_uttered")
        self._namespace = options.get("namespace", "/")
        self._persistent = connector.account.flag("session_persistence")
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._session_of: dict[str, str] = {}

    async def close(self) -> None:
        """Tell nobody anything more."""
        tasks = [each.following for each in self._sessions.values() if each.following]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def join(self, client: str, name: str) -> Session:
        """Put a client into a session's room; it is told what comes from now on, or since it was there."""
        session = self._sessions.setdefault(name, Session())
        self._sessions.move_to_end(name)
        if client in session.clients:
            return session
        before = self._session_of.get(client)
        if before is not None:
            await self._server.leave_room(client, before, namespace=self._namespace)
            self.leave(client)
        session.clients.add(client)
        self._session_of[client] = name
        await self._server.enter_room(client, name, namespace=self._namespace)
        if session.told is None:
            await self._begin(name, session)
        if session.conversation_id is not None and session.following is None:
            self.follow(name, session)
        self._forget()
        return session

    def leave(self, client: str) -> None:
        """Take a client out of its session, which tells nobody anything more when it was the last."""
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

    def follow(self, name: str, session: Session) -> None:
        """Begin to tell a room what happens in its conversation, which is known by now."""
        session.following = asyncio.create_task(self._tell_all(name, session))

    async def _begin(self, name: str, session: Session) -> None:
        road, account = self._road, self._connector.account.name
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

    async def _tell_all(self, name: str, session: Session) -> None:
        """Tell a room what happens in its conversation, until its last client has left."""
        assert session.conversation_id is not None
        live = self._road.bus.live
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

    async def _try_to_catch_up(self, name: str, session: Session) -> None:
        try:
            await self._catch_up(name, session)
        except StorageUnavailable as error:  # the next event tells it as well
            log.warning("Socket.io waits for what was said", reason=str(error), channel=CHANNEL)

    async def _catch_up(self, name: str, session: Session) -> None:
        assert session.conversation_id is not None
        connector = self._connector
        assert isinstance(connector, Renders)
        more = True
        while more:
            page = await read_after(self._road, session.conversation_id, session.told or 0)
            for message in page.messages:
                for body in connector.render(message, name):
                    await self._server.emit(self._said, body, room=name, namespace=self._namespace)
                session.told = message.id
            more = page.more
