"""The e-mail channel in front of real servers: Dovecot and Postfix."""

from __future__ import annotations

import asyncio
import imaplib
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib
import pytest

from bot.connector import (
    AccountConfig,
    ErrorClass,
    InboundEvent,
    OutboundFile,
    OutboundReply,
    Polled,
    ReceiptState,
    SendState,
)
from bot.domain.message import Author, Button, Content, Kind
from bot.errors import MediaGone, SettingsError
from connectors.email.api import leave
from connectors.email.connector import EmailConnector
from connectors.email.threads import digest, make_key
from tests.fakes.mail import run_fake_smtp
from tests.mailservers.servers import ANN, BLOCKED, BUSY, PASSWORD, US, MailServers

pytestmark = pytest.mark.timeout(120)

WAIT = 15.0  # seconds for what takes less than one
PICTURE = b"\x89PNG" + bytes(range(256)) * 40


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


async def test_mail_is_pushed_and_answered_in_its_thread(
    servers: MailServers, connector: EmailConnector
) -> None:
    async with taking(connector) as taker:
        waiting = asyncio.create_task(taker.take())
        await asyncio.sleep(1)  # it is idle now
        posted = time.monotonic()
        await post(servers, write("Where is my order?\n\n-- \nAnn", number=1))
        (event,) = await waiting
        pushed_after = time.monotonic() - posted
        assert (event.kind, event.content.text) == (Kind.TEXT, "Where is my order?")
        assert pushed_after < 10  # the account looks by itself every 60 seconds

        result = await connector.send(reply(event, "It is on its way.", key="visavis-1"))
        assert result.state is SendState.SENT
        raw = await wait_for_mail(servers, ANN, result.native_ids[0])
        for line in (b"Subject: Re: Order", b"Auto-Submitted: auto-replied", b"In-Reply-To: ", b"Track it"):
            assert line in raw

        answer = write(
            "Thanks!\n\nOn 23.11.26 10:01, The Shop wrote:\n> It is on its way.",
            number=2,
            subject="AW: something else",
            In_Reply_To=result.native_ids[0],
        )
        await post(servers, answer)
        (second,) = await taker.take()
        assert second.content.text == "Thanks!"
        assert second.conversation_key == event.conversation_key


async def test_mails_that_came_while_nobody_asked_are_taken(
    servers: MailServers, connector: EmailConnector
) -> None:
    async with taking(connector) as taker:
        cursor = taker.cursor
    for number in range(3):
        await post(servers, write(f"Mail {number}", number=number))
    await wait_for_mail(servers, US, "Mail 2")
    async with taking(connector, cursor) as taker:
        texts: list[str] = []
        while len(texts) < 3:
            texts += [event.content.text for event in await taker.take()]
    assert texts == ["Mail 0", "Mail 1", "Mail 2"]


async def test_mails_numbered_anew_are_neither_lost_nor_the_past_again(
    servers: MailServers, connector: EmailConnector
) -> None:
    async with taking(connector) as taker:
        await post(servers, write("Before", number=1))
        (before,) = await taker.take()
        cursor = taker.cursor
    servers.forget_numbers("help")
    await post(servers, write("After", number=2))
    await wait_for_mail(servers, US, "After")
    async with taking(connector, cursor) as taker:
        found: dict[str, str] = {}
        # Anew, they may be numbered in any order.
        while not {"Before", "After"} <= set(found.values()):
            found.update({event.event_id: event.content.text for event in await taker.take()})
    assert found[before.event_id] == "Before"  # the service knows it by this id


async def test_files_are_fetched_when_asked_for(servers: MailServers, connector: EmailConnector) -> None:
    mail = write("It came broken.", number=1)
    mail.add_attachment(PICTURE, maintype="image", subtype="png", filename="zerbrochene Tasse, größer.png")
    async with taking(connector) as taker:
        await post(servers, mail)
        (event,) = await taker.take()
    (file,) = event.content.attachments
    assert (file.kind, file.name, file.mime) == ("image", "zerbrochene Tasse, größer.png", "image/png")
    assert (await connector.locate(file)).content == PICTURE
    servers.forget_numbers("help")
    assert (await connector.locate(file)).content == PICTURE
    with pytest.raises(MediaGone):
        await connector.locate(type(file)(kind="image", ref="1/1/2/base64/<nobody@example.org>"))


async def test_large_mail_is_read_by_its_structure(servers: MailServers, connector: EmailConnector) -> None:
    mail = write("Two large files, and a few words.", number=1)
    mail.add_alternative("<p>Two large files, and a few words.</p>", subtype="html")
    mail.add_attachment(PICTURE * 60, maintype="image", subtype="png", filename="one.png")
    mail.add_attachment(b"x" * 500_000, maintype="application", subtype="pdf", filename="two.pdf")
    async with taking(connector) as taker:
        await post(servers, mail)
        (event,) = await taker.take()
    assert event.content.text == "Two large files, and a few words."
    assert [file.name for file in event.content.attachments] == ["one.png", "two.pdf"]
    assert [
        abs((file.size or 0) - size) < 20_000
        for file, size in zip(event.content.attachments, (615_000, 500_000), strict=True)
    ] == [True, True]
    assert (await connector.locate(event.content.attachments[1])).content == b"x" * 500_000


async def test_refusals_are_told_apart(connector: EmailConnector) -> None:
    busy = await connector.send(reply_to(BUSY, key="visavis-11"))
    assert busy.error is not None
    assert (busy.state, busy.error.error_class) == (SendState.REJECTED, ErrorClass.TRANSIENT)
    assert busy.error.retry_after == timedelta(seconds=90)
    blocked = await connector.send(reply_to(BLOCKED, key="visavis-12"))
    assert blocked.error is not None
    assert (blocked.state, blocked.error.error_class) == (SendState.REJECTED, ErrorClass.POLICY)
    nobody = await connector.send(reply_to("nobody@example.org", key="visavis-13"))
    assert nobody.error is not None
    assert (nobody.state, nobody.error.error_class) == (SendState.REJECTED, ErrorClass.RECIPIENT_GONE)


async def test_mail_beyond_the_servers_limit_is_too_long(connector: EmailConnector) -> None:
    async def read() -> bytes:
        return b"x" * 2_000_000

    file = OutboundFile(
        kind="file", mime="application/pdf", name="a.pdf", size=2_000_000, url=None, read=read
    )
    made = reply_to(ANN, key="visavis-14")
    result = await connector.send(OutboundReply(**{**_fields(made), "files": (file,)}))  # type: ignore[arg-type]
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.TOO_LONG)


def _fields(made: OutboundReply) -> dict[str, object]:
    return {
        name: getattr(made, name) for name in ("idempotency_key", "conversation_key", "content", "author")
    }


async def test_mail_that_comes_back_is_a_receipt(servers: MailServers, connector: EmailConnector) -> None:
    async with run_fake_smtp(port=servers.far) as far, taking(connector) as taker:
        far.gone.add("gone@far.example")
        made = reply_to("gone@far.example", key="visavis-15")
        sent = await connector.send(made)
        assert sent.state is SendState.SENT
        (event,) = await taker.take()
    assert event.kind is Kind.RECEIPT
    assert (event.target_id, event.conversation_key) == (sent.native_ids[0], made.conversation_key)
    assert event.receipt is not None
    assert event.receipt.error is not None
    assert (event.receipt.state, event.receipt.error.error_class) == (
        ReceiptState.FAILED,
        ErrorClass.RECIPIENT_GONE,
    )


async def test_word_of_people_in_the_sent_folder_is_an_echo_and_ours_is_not(servers: MailServers) -> None:
    options = {**servers.options, "keep_copies": "true", "mark_read": "true", "poll_seconds": "1"}
    account = AccountConfig(channel="email", name="main", options=options)
    connector = EmailConnector(account, http_timeout=timedelta(seconds=5))
    await connector.start(None)
    async with taking(connector) as taker:
        await post(servers, write("Where is it?", number=1, subject="Parcel"))
        (asked,) = await taker.take()
        made = reply(asked, "Here.", key="visavis-16")
        assert (await connector.send(made)).state is SendState.SENT
        (ours,) = await taker.take()
        assert (ours.kind, ours.metadata["reason"]) == (Kind.UNSUPPORTED, "sent by us")
        found = await connector.look_up(made)
        assert found is not None
        assert found.state is SendState.SENT

        typed = write("Mara here: I have it.", number=3, subject="Re: Parcel")
        typed.replace_header("From", US)
        typed.replace_header("To", ANN)
        await asyncio.to_thread(append, servers, "help", typed.as_bytes())
        (echo,) = await taker.take()
        assert (echo.kind, echo.conversation_key) == (Kind.ECHO, asked.conversation_key)
    flags = [
        flags for flags, raw in await asyncio.to_thread(look_into, servers, US) if b"Subject: Parcel" in raw
    ]
    assert [b"\\Seen" in each for each in flags] == [True]
    await connector.close()


def append(servers: MailServers, user: str, raw: bytes) -> None:
    """Put a mail into the box of sent mails, as a mail program does."""
    context = ssl.create_default_context(cafile=str(servers.folder / "cert.pem"))
    with imaplib.IMAP4_SSL("localhost", servers.imaps, ssl_context=context, timeout=WAIT) as client:
        client.login(user, PASSWORD)
        client.append("Sent", "(\\Seen)", None, raw)


async def test_examination_finds_all_well(connector: EmailConnector) -> None:
    findings = await connector.examine(None)
    assert [finding.text for finding in findings if not finding.well] == []
    assert any("IDLE" in finding.text for finding in findings)


async def test_wrong_password_is_said_at_each_place(servers: MailServers) -> None:
    options = {**servers.options, "password": "hunter2-hunter2"}
    connector = EmailConnector(AccountConfig(channel="email", name="main", options=options))
    await connector.start(None)
    sent = await connector.send(reply_to(ANN, key="visavis-17"))
    assert sent.error is not None
    assert sent.error.error_class is ErrorClass.AUTH
    with pytest.raises(SettingsError):
        await anext(connector.poll(None))
    findings = await connector.examine(None)
    assert len([finding for finding in findings if not finding.well]) == 2
    assert "hunter2" not in repr((sent, findings))


@pytest.mark.parametrize("more", [{"ca_file": ""}, {"imap_security": "starttls"}])
async def test_server_that_cannot_be_trusted_gets_no_password(
    servers: MailServers, more: dict[str, str]
) -> None:
    """Its certificate is nobody's, or it does not speak on that port as we ask."""
    options = {**servers.options, **more}
    account = AccountConfig(channel="email", name="main", options=options)
    connector = EmailConnector(account, http_timeout=timedelta(seconds=2))
    findings = await connector.examine(None)
    assert any(not finding.well for finding in findings)


async def test_starttls_serves_incoming_mail_too(servers: MailServers) -> None:
    options = {**servers.options, "imap_security": "starttls", "imap_port": str(servers.imap)}
    connector = EmailConnector(AccountConfig(channel="email", name="main", options=options))
    assert [finding.text for finding in await connector.examine(None) if not finding.well] == []


async def test_other_mail_server_gets_what_we_send(servers: MailServers, connector: EmailConnector) -> None:
    async with run_fake_smtp(port=servers.far) as far:
        made = reply_to("bob@far.example", key="visavis-18")
        assert (await connector.send(made)).state is SendState.SENT
        async with asyncio.timeout(WAIT):
            await far.taken.wait()
    (letter,) = far.letters
    assert letter["From"] == "The Shop <help@shop.example>"
    assert letter.get_body(("plain",)).get_content().strip() == "Hello."  # type: ignore[union-attr]
