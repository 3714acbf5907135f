"""What a visitor is told over their socket.

The database is the truth and live events only say when to look: a socket remembers the last message
it told and tells what came after it, in order. So nothing is missed, whatever the bus forgets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.bus.live import RESET
from bot.connector import Renders
from bot.domain.message import Author
from bot.service.read_as_customer import Holder, get_holder, read_after, read_before
from bot.web import chat_frames
from bot.web.chat_account import render_account

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from bot.bus.live import LiveEvent
    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.web.chat_guest import Guest


class Teller:
    """Tells one socket what is in its guest's thread. `told` is the id of the last message it told."""

    def __init__(self, guest: Guest, socket: web.WebSocketResponse) -> None:
        self._guest, self._socket = guest, socket
        self.told = 0

    async def follow(self, conversation_id: int, *, after: int | None) -> None:
        """Tell what happens in a conversation, for ever. `after` is None once the visitor was welcomed."""
        # Listening begins before reading, so that nothing falls between the two.
        async with self._guest.chat.road.bus.live.subscribe(conversation_id=conversation_id) as events:
            if after is None:
                await self._catch_up(conversation_id)
            else:
                await self.welcome(conversation_id, after)
            async for event in events:
                await self._tell(conversation_id, event)

    async def welcome(self, conversation_id: int | None, after: int) -> None:
        """Say what the visitor does not have: the account, who speaks, messages after `after`."""
        road, connector = self._guest.chat.road, self._guest.chat.connector
        messages: tuple[Message, ...] = ()
        holder, earlier, behind = Holder(), False, False
        if conversation_id is not None:
            page = await read_after(road, conversation_id, after) if after else None
            behind = page is not None and page.more
            if page is None or behind:
                page = await read_before(road, conversation_id)
                earlier = page.more
            messages = page.messages
            holder = await get_holder(road, conversation_id)
            self.told = messages[-1].id if messages else after
        account = connector.account
        await self.send(
            {
                "type": "welcome",
                **render_account(
                    account.options, name=account.name, text_max=connector.capabilities.text_max
                ),
                "token": self._guest.renew(),
                "pass": self._guest.make_pass(),
                "thread": self._guest.thread.key,
                "doubt": self._guest.hello.doubt,
                "holder": chat_frames.render_holder(holder),
                "messages": list(self.render(messages)),
                "earlier": earlier,
                "behind": behind,
            },
        )

    async def _tell(self, conversation_id: int, event: LiveEvent) -> None:
        if event.kind in ("message", RESET):
            await self._catch_up(conversation_id)
        if event.kind in ("status", RESET):
            holder = await get_holder(self._guest.chat.road, conversation_id)
            await self.send({"type": "holder", "holder": chat_frames.render_holder(holder)})
        if event.kind == "typing" and event.data.get("author") != Author.CONTACT.value:
            holder = await get_holder(self._guest.chat.road, conversation_id)
            await self.send({"type": "typing", "author": event.data.get("author"), "name": holder.name})

    async def _catch_up(self, conversation_id: int) -> None:
        more = True
        while more:
            page = await read_after(self._guest.chat.road, conversation_id, self.told)
            for message in page.messages:
                for frame in self.render((message,)):
                    await self.send(frame)
                self.told = message.id
            more = page.more

    def render(self, messages: Iterable[Message]) -> Iterable[JsonObject]:
        """Say messages as the connector does."""
        connector = self._guest.chat.connector
        assert isinstance(connector, Renders)  # checked where the routes are added
        return (frame for message in messages for frame in connector.render(message, self._guest.thread.key))

    async def send(self, frame: JsonObject) -> None:
        """Send a frame, if there is still somebody to send it to."""
        if not self._socket.closed:
            await self._socket.send_str(json.dumps(frame, ensure_ascii=False))
