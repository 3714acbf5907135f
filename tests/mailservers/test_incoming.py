"""Mails that come in, in front of a real Dovecot and Postfix."""

from __future__ import annotations

import asyncio
import imaplib
import ssl
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.connector import (
    AccountConfig,
    SendState,
)
from bot.domain.message import Author, Kind
from bot.errors import MediaGone
from connectors.email.connector import EmailConnector
from tests.mailservers.acts import WAIT, look_into, post, reply, reply_to, taking, wait_for_mail, write
from tests.mailservers.servers import ANN, PASSWORD, US, MailServers

pytestmark = pytest.mark.timeout(120)
PICTURE = b"\x89PNG" + bytes(range(256)) * 40


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
        assert pushed_after < 40  # the account looks by itself every 60 seconds

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


async def test_answer_to_a_mail_that_we_began_comes_into_its_thread(
    servers: MailServers, connector: EmailConnector
) -> None:
    thread = connector.open_thread(ANN, matter="chat 7", subject="Our answer to your chat")
    assert thread is not None
    first = replace(
        reply_to(ANN, key="visavis-21"),
        conversation_key=thread.key,
        reply_context=thread.reply_context,
        author=Author.STAFF,
    )
    sent = await connector.send(first)
    assert sent.state is SendState.SENT
    raw = await wait_for_mail(servers, ANN, sent.native_ids[0])
    assert b"Subject: Our answer to your chat" in raw
    async with taking(connector) as taker:
        answer = write("Thank you!", number=21, subject="Re: Our answer", In_Reply_To=sent.native_ids[0])
        await post(servers, answer)
        (event,) = await taker.take()
    assert (event.conversation_key, event.sender.native_id) == (thread.key, ANN)


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
