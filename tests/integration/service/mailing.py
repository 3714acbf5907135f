"""A chat whose visitors leave addresses, a mailbox, and somebody who answers."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.connector import AccountConfig, Connector, InboundRequest
from bot.desk.mail_answer import MAIL_AFTER
from bot.domain.message import Content
from bot.service.answer_by_mail import choose_mailers
from bot.service.deliver import deliver
from bot.service.know_visitor import note_detail
from bot.service.receive import receive
from bot.service.run_timers import run_timers
from bot.service.staff_reply import staff_reply
from bot.storage import conversations, messages
from connectors.email.connector import EmailConnector
from connectors.webchat.connector import WebchatConnector
from tests.fakes.mail import PASSWORD, run_fake_smtp
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from email.message import EmailMessage

    from bot.domain.conversation import Conversation
    from bot.domain.message import Message
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from tests.fakes.mail import FakeSmtp

ANN = "ann@example.org"
QUESTION = "Where is my order 17? See https://evil.example/x or evil.example"


def make_mailer(smtp: FakeSmtp, name: str = "help") -> EmailConnector:
    options = {
        "address": f"{name}@shop.example",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "imap_security": "none",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp.port),
        "smtp_security": "none",
    }
    return EmailConnector(AccountConfig(channel="email", name=name, options=options))


def make_chat(**options: str) -> WebchatConnector:
    return WebchatConnector(AccountConfig(channel="webchat", name="lyra", options=options))


def keyed(*connectors: Connector) -> dict[tuple[str, str], Connector]:
    return {(each.channel, each.account.name): each for each in connectors}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A chat, a mailbox, and somebody who answers."""

    road: Road
    mailer: EmailConnector
    smtp: FakeSmtp
    mara: Staff

    async def hear(self, visitor: str = "ann", *, address: str | None = ANN, text: str = QUESTION) -> int:
        """Somebody writes in the chat, and leaves an address for the answer."""
        chat_id = (await receive(self.road, says(text, sender=visitor))).conversation_id
        assert chat_id is not None
        if address is not None:
            line = Content(text=f"Left for the answer: {address}")
            await note_detail(self.road, chat_id, line, key=f"answers:{address}", answers_to=address)
        return chat_id

    async def reply(self, chat_id: int, text: str, *, key: str = "r1") -> Message:
        """Mara answers in the chat."""
        message = await staff_reply(self.road, chat_id, self.mara, text, key=key)
        await self.send(chat_id)
        return message

    async def send(self, conversation_id: int) -> None:
        await deliver(self.road, keyed(make_chat(), self.mailer), conversation_id)

    async def wait(self, time: timedelta = MAIL_AFTER) -> None:
        """Let time pass for the clock, and send what it brings."""
        later = self.road.now() + time
        await run_timers(replace(self.road, now=lambda: later))
        for conversation in await self.mails():
            await self.send(conversation.id)

    async def mails(self) -> list[Conversation]:
        async with self.road.database.read() as connection:
            ids = await connection.exec_driver_sql(
                "SELECT c.id FROM conversation c JOIN account a ON a.id = c.account_id "
                "WHERE a.channel = 'email' ORDER BY c.id"
            )
            found = [await conversations.get_conversation(connection, each) for each in ids.scalars()]
        return [each for each in found if each is not None]

    async def said(self, conversation_id: int) -> list[Message]:
        async with self.road.database.read() as connection:
            return await messages.list_messages(connection, conversation_id)

    async def answers(self, letter: EmailMessage, text: str, *, sender: str = ANN) -> int:
        """Somebody answers a mail; returns the conversation that comes into."""
        lines = (
            f"From: Ann <{sender}>",
            "To: help@shop.example",
            f"Subject: Re: {letter['Subject']}",
            f"In-Reply-To: {letter['Message-ID']}",
            f"Message-ID: <{abs(hash(text))}@example.org>",
            "",
            text,
        )
        request = InboundRequest(body="\r\n".join(lines).encode(), received_at=self.road.now())
        (event,) = self.mailer.parse(request)
        found = (await receive(self.road, event)).conversation_id
        assert found is not None
        return found


@asynccontextmanager
async def open_shop(road: Road) -> AsyncIterator[Shop]:
    """Open a shop with one chat and one mailbox."""
    async with run_fake_smtp() as smtp:
        mailer = make_mailer(smtp)
        await mailer.start(None)
        able = replace(road, mailers=choose_mailers(keyed(make_chat(), mailer)))
        yield Shop(road=able, mailer=mailer, smtp=smtp, mara=await add_agent(road, "Mara Lindqvist"))
        await mailer.close()
