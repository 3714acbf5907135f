"""E-mail over the whole road: mails in, answers out, repeats, a restart, what comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.connector import AccountConfig
from connectors.email.connector import EmailConnector
from tests.fakes.imap import FakeImap, run_fake_imap
from tests.fakes.mail import PASSWORD, FakeSmtp, Fault, run_fake_smtp, take_text
from tests.integration.connectors.asking import asking, list_texts, until_said

if TYPE_CHECKING:
    from bot.service.road import Road


def connect(imap: FakeImap, smtp: FakeSmtp) -> EmailConnector:
    options = {
        "address": "help@shop.example",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "imap_port": str(imap.port),
        "imap_security": "none",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp.port),
        "smtp_security": "none",
        "sent_mailbox": "Sent",
        "poll_seconds": "1",
    }
    account = AccountConfig(channel="email", name="main", options=options)
    return EmailConnector(account, pause=timedelta(milliseconds=20))


def write(text: str, *more: str, sender: str = "ann", subject: str = "Order") -> bytes:
    """Return a mail to the shop."""
    lines = (
        f"From: {sender}@example.org",
        "To: help@shop.example",
        f"Subject: {subject}",
        *(more or (f"Message-ID: <{abs(hash((text, sender)))}@example.org>",)),
        "",
        text,
    )
    return "\r\n".join(lines).encode()


def read_sent(smtp: FakeSmtp) -> list[tuple[str, str]]:
    return sorted((str(letter["To"]), take_text(letter)) for letter in smtp.letters)


async def test_each_mail_is_answered_once_also_over_a_restart(road: Road) -> None:
    async with run_fake_imap() as imap, run_fake_smtp() as smtp:
        async with asking(road, connect(imap, smtp)):
            await imap.put(write("one"))
            await imap.put(write("one"))  # a second copy: through an alias, or a list
            await imap.put(write("two", sender="bob"))
            await smtp.until_sent(2)
        await imap.put(write("while away", f"In-Reply-To: {smtp.letters[0]['Message-ID']}", sender="ann"))
        imap.number_anew()
        async with asking(road, connect(imap, smtp)):
            await smtp.until_sent(3)
            await imap.put(write("three", sender="cleo"))
            await smtp.until_sent(4)
    assert [address for address, _ in read_sent(smtp)] == [
        "ann@example.org",
        "ann@example.org",
        "bob@example.org",
        "cleo@example.org",
    ]
    assert len([text for author, text in await list_texts(road) if author == "contact"]) == 4
    assert {str(letter["Auto-Submitted"]) for letter in smtp.letters} == {"auto-replied"}
    assert smtp.letters[0]["In-Reply-To"]


async def test_answers_of_machines_end_at_once(road: Road) -> None:
    async with run_fake_imap() as imap, run_fake_smtp() as smtp, asking(road, connect(imap, smtp)):
        await imap.put(write("one"))
        await smtp.until_sent(1)
        own = str(smtp.letters[0]["Message-ID"])
        await imap.put(write("I am away.", "Auto-Submitted: auto-replied", f"In-Reply-To: {own}"))
        await imap.put(smtp.letters[0].as_bytes())  # our own mail, which came back to us
        await imap.put(write("two", sender="bob"))
        await smtp.until_sent(2)
    assert [address for address, _ in read_sent(smtp)] == ["ann@example.org", "bob@example.org"]


async def test_answer_whose_fate_is_unknown_is_sent_once(road: Road) -> None:
    async with run_fake_imap() as imap, run_fake_smtp() as smtp, asking(road, connect(imap, smtp)):
        smtp.faults.append(Fault.RESET_AFTER)
        await imap.put(write("one"))
        await smtp.until_sent(1)
        await imap.put(write("two", sender="bob"))
        await smtp.until_sent(2)
        await asyncio.sleep(0.3)
    assert [address for address, _ in read_sent(smtp)] == ["ann@example.org", "bob@example.org"]


async def test_word_of_the_brands_people_silences_the_bot(road: Road) -> None:
    async with run_fake_imap() as imap, run_fake_smtp() as smtp, asking(road, connect(imap, smtp)):
        await imap.put(write("one"))
        await smtp.until_sent(1)
        typed = write("Mara here.", "Message-ID: <m@shop.example>", sender="help", subject="Re: Order")
        typed = typed.replace(b"help@example.org", b"help@shop.example", 1)
        await imap.put(typed.replace(b"To: help@shop.example", b"To: ann@example.org"), folder="Sent")
        await until_said(road, "Mara here.")
        await imap.put(write("thanks"))
        await imap.put(write("two", sender="bob"))
        await smtp.until_sent(2)
    assert [address for address, _ in read_sent(smtp)] == ["ann@example.org", "bob@example.org"]
