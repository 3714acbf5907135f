"""A customer with a mail program, and ourselves asking for mails."""

from __future__ import annotations

import asyncio
import imaplib
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from bot.connector import (
    InboundEvent,
    OutboundReply,
    Polled,
)
from bot.domain.message import Author, Button, Content
from connectors.email.api import leave
from connectors.email.connector import EmailConnector
from connectors.email.threads import digest, make_key
from tests.mailservers.servers import ANN, PASSWORD, US, MailServers

WAIT = 15.0  # seconds for what takes less than one


class Taker:
    """Asks a poll for mails, and collects them."""

    def __init__(self, batches: AsyncIterator[Polled]) -> None:
        self._batches = batches
        self.cursor = ""

    async def take(self) -> list[InboundEvent]:
        """Return the next batch that has something in it."""
        async with asyncio.timeout(WAIT):
            while True:
                polled = await anext(self._batches)
                self.cursor = polled.cursor
                if polled.events:
                    return list(polled.events)

    async def begin(self) -> None:
        """Wait until everything that lies there is the past."""
        for _ in range(2):  # INBOX, and the box of sent mails
            self.cursor = (await anext(self._batches)).cursor


@asynccontextmanager
async def taking(connector: EmailConnector, cursor: str | None = None) -> AsyncIterator[Taker]:
    """Poll, from now on where there is no cursor."""
    async with aclosing(connector.poll(cursor)) as batches:
        taker = Taker(batches)
        if cursor is None:
            await taker.begin()
        yield taker


def write(text: str, *, number: int, subject: str = "Order", **headers: str) -> EmailMessage:
    """Return a mail of Ann's."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = f"Ann <{ANN}>", US, subject
    made["Message-ID"] = f"<{number}.{time.monotonic_ns()}@example.org>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


async def post(servers: MailServers, mail: EmailMessage, *, sender: str = ANN, to: str = US) -> None:
    """Submit a mail as Ann's program does."""
    client = aiosmtplib.SMTP(
        hostname="localhost",
        port=servers.smtp,
        start_tls=True,
        username=ANN,
        password=PASSWORD,
        cert_bundle=str(servers.folder / "cert.pem"),
    )
    await client.connect()
    await client.sendmail(sender, to, mail.as_bytes())
    await leave(client, politely=True)


def look_into(servers: MailServers, user: str, folder: str = "INBOX") -> list[tuple[bytes, bytes]]:
    """Return flags and bytes of all mails of a folder, by another IMAP client."""
    context = ssl.create_default_context(cafile=str(servers.folder / "cert.pem"))
    with imaplib.IMAP4_SSL("localhost", servers.imaps, ssl_context=context, timeout=WAIT) as client:
        client.login(user, PASSWORD)
        client.select(folder, readonly=True)
        _, found = (
            client.fetch("1:*", "(FLAGS BODY.PEEK[])") if client.search(None, "ALL")[1][0] else ("", [])
        )
        return [(item[0], item[1]) for item in found if isinstance(item, tuple)]


async def wait_for_mail(servers: MailServers, user: str, word: str) -> bytes:
    """Return the mail with a word in it, once it lies in somebody's mailbox."""
    async with asyncio.timeout(WAIT):
        while True:
            for _, raw in await asyncio.to_thread(look_into, servers, user):
                if word.encode() in raw:
                    return raw
            await asyncio.sleep(0.1)


def reply(event: InboundEvent, text: str, *, key: str, **more: object) -> OutboundReply:
    """Return the bot's answer to a mail."""
    return OutboundReply(
        idempotency_key=key,
        conversation_key=event.conversation_key,
        content=Content(text=text, buttons=(Button(title="Track it", payload="/track"),)),
        author=Author.BOT,
        reply_context=event.reply_context,
        **more,  # type: ignore[arg-type]
    )


def reply_to(address: str, *, key: str) -> OutboundReply:
    """Return a reply to somebody who wrote before."""
    return OutboundReply(
        idempotency_key=key,
        conversation_key=make_key(digest("subject order"), address),
        content=Content(text="Hello."),
        author=Author.BOT,
    )
