"""Cases for tests of the road: a channel of posts and direct messages, and what became of what in them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from bot.connector import AccountConfig, Capabilities, ReplyMode
from bot.domain.conversation import Surface
from bot.errors import LeaseLost
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.service.receive import receive
from bot.service.sweep import sweep
from bot.storage import cases, handoffs, messages
from tests.fakes.connector import SENT
from tests.fakes.engine import PlainEngine
from tests.fakes.public_channel import DAY, PublicConnector
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent, OutboundReply, SendResult
    from bot.domain.case import ThreadLink
    from bot.domain.handoff import Handoff
    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.service.road import Road

LINK = "https://chat.example/lyra?ref=post-1"
MOVED = "We have written to you in private, so that we can look into it."


class Town(PublicConnector):
    """A place where posts can be answered in private, and (unless `link` is None) a link leads there, too."""

    link: str | None = LINK

    def make_private_link(self, reply_context: JsonObject) -> str | None:
        return self.link


class Wall(Town):
    """A place of posts where only a link leads into private; who comes by it has another id there."""

    capabilities: ClassVar[Capabilities] = replace(
        PublicConnector.capabilities,
        other_ids_in_public=True,
        elsewhere={
            Surface.PUBLIC: replace(
                PublicConnector.capabilities.elsewhere[Surface.PUBLIC],
                private_reply=None,
                window=PublicConnector.capabilities.window,
            )
        },
    )


def account(kind: type[Town] = Town) -> Town:
    """Return the account that `posts` and `writes` reach."""
    return kind(AccountConfig(channel="webchat", name="lyra"))


def posts(text: str, *, sender: str = "ann", event_id: str = "post-1", thread: str = "1") -> InboundEvent:
    """Somebody writes in public."""
    event = says(text, sender=sender, event_id=event_id)
    return replace(event, conversation_key=f"{thread}:{sender}", surface=Surface.PUBLIC)


def writes(text: str, *, sender: str = "ann", word: str | None = None) -> InboundEvent:
    """Somebody writes in private, perhaps after they pressed a link with a word."""
    event = says(text, sender=sender)
    return replace(event, metadata={"start_payload": word}) if word else event


def opened(key: str = "ann") -> SendResult:
    """A private reply arrived, and this conversation is where it went."""
    return replace(SENT, delivered_to=key)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A service with one account."""

    road: Road
    connector: Town

    async def hear(self, event: InboundEvent) -> int:
        """Take an event, answer it if the bot has it, send what it says; returns its conversation."""
        conversation_id = (await receive(self.road, event)).conversation_id
        assert conversation_id is not None
        with suppress(LeaseLost):  # a person was called for meanwhile
            await answer(self.road, PlainEngine(), conversation_id)
        await self.send(conversation_id)
        return conversation_id

    async def send(self, conversation_id: int) -> None:
        """Send all that waits in a conversation."""
        key = (self.connector.channel, self.connector.account.name)
        for _ in range(5):
            if await deliver(self.road, {key: self.connector}, conversation_id) is None:
                break

    async def sweep(self) -> None:
        """Let the clock repair what was left half done."""
        await sweep(self.road, grace=DAY)

    def public(self) -> list[str]:
        """Return what was sent for everybody to read."""
        return [
            each.content.text for each in self._sent(ReplyMode.REPLY) if each.surface is not Surface.DIRECT
        ]

    def alone(self) -> list[str]:
        """Return what was sent for one to read: private replies, and what was said in private threads."""
        direct = [each for each in self._sent(ReplyMode.REPLY) if each.surface is Surface.DIRECT]
        return [each.content.text for each in (*self._sent(ReplyMode.PRIVATE), *direct)]

    def _sent(self, mode: ReplyMode) -> list[OutboundReply]:
        return [each for each in self.connector.sent if each.mode is mode]

    async def link_of(self, conversation_id: int) -> ThreadLink | None:
        """Return a conversation's open link."""
        async with self.road.database.read() as connection:
            return await cases.find_open(connection, conversation_id)

    async def statuses(self) -> list[str]:
        """Return who holds each conversation, in the order in which they began."""
        return await self.ask("SELECT status FROM conversation ORDER BY id")

    async def entries(self) -> list[Handoff]:
        """Return all open places in the queue."""
        async with self.road.database.read() as connection:
            ids = await self.ask("SELECT id FROM conversation ORDER BY id")
            found = [each for one in ids for each in await handoffs.list_handoffs(connection, int(one))]
        return [each for each in found if each.closed_at is None]

    async def said(self, conversation_id: int) -> list[Message]:
        """Return what was said in a conversation."""
        async with self.road.database.read() as connection:
            return await messages.list_messages(connection, conversation_id)

    async def ask(self, sql: str) -> list[str]:
        """Return the first column of what a statement finds."""
        async with self.road.database.begin() as connection:
            return [str(value) for value in (await connection.exec_driver_sql(sql)).scalars()]


def place(road: Road, connector: Town) -> Place:
    """Open a service with an account."""
    key = (connector.channel, connector.account.name)
    return Place(road=replace(road, passages={key: connector}), connector=connector)
