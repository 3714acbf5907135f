"""Taking mails in: where we stand, what breaks on the way, and what is never taken twice or lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.connector import AccountConfig, Polled
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone, MediaUnavailable, SettingsError
from connectors.email.connector import EmailConnector
from tests.fakes.imap import PASSWORD, FakeImap, run_fake_imap

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def write(number: int, *, at: datetime | None = None, body: str = "") -> bytes:
    """Return a mail of Ann's."""
    lines = (
        "From: ann@example.org",
        "To: help@shop.example",
        f"Subject: Mail {number}",
        f"Message-ID: <{number}@example.org>",
        f"Date: {format_datetime(at or datetime.now(UTC))}",
        "Content-Type: text/plain; charset=utf-8",
        "",
        body or f"Text {number}",
    )
    return "\r\n".join(lines).encode()


def connect(fake: FakeImap, **more: str) -> EmailConnector:
    """Return a connector of an account at the fake."""
    options = {
        "address": "help@shop.example",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "imap_port": str(fake.port),
        "imap_security": "none",
        "smtp_host": "127.0.0.1",
        "poll_seconds": "1",
    }
    account = AccountConfig(channel="email", name="main", options={**options, **more})
    return EmailConnector(account, pause=timedelta(seconds=0.05))


@asynccontextmanager
async def polling(
    fake: FakeImap, cursor: str | None = None, **more: str
) -> AsyncIterator[AsyncGenerator[Polled, None]]:
    """Poll; what lies there at first is the past."""
    async with aclosing(connect(fake, **more).poll(cursor)) as batches:
        if cursor is None:
            assert (await anext(batches)).events == ()
        yield batches


async def take(batches: AsyncGenerator[Polled, None]) -> Polled:
    """Return the next batch with something in it."""
    async with asyncio.timeout(20):
        async for polled in batches:
            if polled.events:
                return polled
    raise AssertionError("the poll ended")


def read_flags(fake: FakeImap) -> list[bool]:
    return [mail.seen for mail in fake.folders["INBOX"].mails]


def texts_of(polled: Polled) -> list[str]:
    return [event.content.text for event in polled.events]


async def test_what_lay_there_before_is_the_past() -> None:
    async with run_fake_imap() as fake:
        await fake.put(write(1))
        async with polling(fake) as batches:
            await fake.put(write(2))
            assert texts_of(await take(batches)) == ["Text 2"]


async def test_restart_goes_on_where_it_stood() -> None:
    async with run_fake_imap() as fake:
        async with polling(fake) as batches:
            await fake.put(write(1))
            cursor = (await take(batches)).cursor
        await fake.put(write(2))
        await fake.put(write(3))
        async with polling(fake, cursor) as batches:
            assert texts_of(await take(batches)) == ["Text 2", "Text 3"]


async def test_batch_that_was_not_committed_comes_again() -> None:
    async with run_fake_imap() as fake:
        async with polling(fake) as batches:
            pass
        async with aclosing(connect(fake).poll(None)) as fresh:
            cursor = (await anext(fresh)).cursor
        await fake.put(write(1))
        for _ in range(2):
            async with polling(fake, cursor) as batches:
                assert texts_of(await take(batches)) == ["Text 1"]


async def test_many_mails_come_in_batches_in_their_order() -> None:
    async with run_fake_imap() as fake, polling(fake) as batches:
        for number in range(45):
            await fake.put(write(number))
        found: list[str] = []
        while len(found) < 45:
            polled = await take(batches)
            assert len(polled.events) <= 20
            found += texts_of(polled)
    assert found == [f"Text {number}" for number in range(45)]


async def test_word_of_the_server_is_waited_for() -> None:
    async with run_fake_imap() as fake, polling(fake, poll_seconds="60") as batches:
        waiting = asyncio.create_task(take(batches))
        await fake.idling.wait()
        await fake.put(write(1))
        assert texts_of(await waiting) == ["Text 1"]


async def test_server_without_idle_is_asked_again() -> None:
    async with run_fake_imap() as fake:
        fake.idle = False
        async with polling(fake) as batches:
            waiting = asyncio.create_task(take(batches))
            await asyncio.sleep(0.2)
            await fake.put(write(1))
            assert texts_of(await waiting) == ["Text 1"]
        assert "IDLE" not in fake.commands


async def test_lost_line_is_opened_again() -> None:
    async with run_fake_imap() as fake, polling(fake) as batches:
        waiting = asyncio.create_task(take(batches))
        await asyncio.sleep(0.2)
        fake.cut_lines()
        await fake.put(write(1))
        assert texts_of(await waiting) == ["Text 1"]
        assert fake.logins == 2


async def test_refused_password_ends_it_and_a_busy_server_does_not() -> None:
    async with run_fake_imap() as fake:
        fake.refusal = "[UNAVAILABLE] Temporary authentication failure"
        async with aclosing(connect(fake).poll(None)) as batches:
            first = asyncio.create_task(anext(batches))
            await asyncio.sleep(0.3)
            assert not first.done()
            fake.refusal = ""
            assert (await first).events == ()
        fake.refusal = "[AUTHENTICATIONFAILED] Invalid credentials"
        with pytest.raises(SettingsError, match="Invalid credentials"):
            await anext(connect(fake).poll(None))


async def test_mails_numbered_anew_are_looked_at_once_more_and_the_past_is_not() -> None:
    async with run_fake_imap() as fake:
        for number in range(30):
            await fake.put(write(number, at=LONG_AGO), at=LONG_AGO)
        async with polling(fake) as batches:
            await fake.put(write(100))
            cursor = (await take(batches)).cursor
        del fake.folders["INBOX"].mails[:5]
        await fake.put(write(101))
        fake.number_anew()
        async with polling(fake, cursor) as batches:
            assert texts_of(await take(batches)) == ["Text 100", "Text 101"]
            await fake.put(write(102))
            assert texts_of(await take(batches)) == ["Text 102"]


async def test_mails_restored_with_new_dates_are_still_the_past() -> None:
    """A backup put back by a careless tool: every mail seems to have come just now."""
    async with run_fake_imap() as fake:
        await fake.put(write(1, at=LONG_AGO), at=LONG_AGO)
        async with polling(fake) as batches:
            await fake.put(write(2))
            cursor = (await take(batches)).cursor
        for mail in fake.folders["INBOX"].mails:
            mail.at = datetime.now(UTC)
        fake.number_anew()
        async with polling(fake, cursor) as batches:
            assert texts_of(await take(batches)) == ["Text 2"]


async def test_mail_that_was_deleted_meanwhile_is_passed_over() -> None:
    async with run_fake_imap() as fake, polling(fake) as batches:
        await fake.put(write(1))
        fake.folders["INBOX"].mails.clear()
        await fake.put(write(2))
        assert texts_of(await take(batches)) == ["Text 2"]
        waiting = asyncio.create_task(take(batches))
        await asyncio.sleep(0.3)
        asked = fake.commands.count("IDLE")
        assert asked < 3  # it waits, and does not look again and again
        await fake.put(write(3))
        assert texts_of(await waiting) == ["Text 3"]


async def test_mail_that_the_server_does_not_give_holds_back_none_behind_it() -> None:
    async with run_fake_imap() as fake, polling(fake) as batches:
        fake.withheld.add(broken := write(1))
        await fake.put(broken)
        await fake.put(write(2))
        assert texts_of(await take(batches)) == ["Text 2"]
        assert len([command for command in fake.commands if command.startswith("UID FETCH 1 ")]) == 3


async def test_mails_are_marked_as_read_once_they_are_taken_and_only_if_asked_for() -> None:
    async with run_fake_imap() as fake:
        async with polling(fake, mark_read="true") as batches:
            await fake.put(write(1))
            await take(batches)
            assert read_flags(fake) == [False]  # not committed yet
            await fake.put(write(2))
            await take(batches)
            assert read_flags(fake) == [True, False]
        async with polling(fake) as batches:
            await fake.put(write(3))
            await take(batches)
            await fake.put(write(4))
            await take(batches)
        assert read_flags(fake)[2:] == [False, False]


async def test_mail_in_the_sent_folder_is_the_brands_word() -> None:
    async with run_fake_imap() as fake, polling(fake, sent_mailbox="Sent") as batches:
        await anext(batches)
        typed = write(1).replace(b"From: ann@example.org", b"From: help@shop.example")
        await fake.put(typed.replace(b"To: help@shop.example", b"To: ann@example.org"), folder="Sent")
        (event,) = (await take(batches)).events
    assert (event.kind, event.sender.native_id) == (Kind.ECHO, "ann@example.org")


async def test_file_is_fetched_by_number_and_else_by_its_mail() -> None:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n--b\r\nContent-Type: image/png\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\naGVs\r\nbG8=\r\n--b--"
    )
    raw = write(1, body=body).replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b", 1)
    async with run_fake_imap() as fake:
        async with polling(fake) as batches:
            await fake.put(raw)
            (event,) = (await take(batches)).events
        (file,) = event.content.attachments
        connector = connect(fake)
        assert (await connector.locate(file)).content == b"hello"
        fake.number_anew()
        assert (await connector.locate(file)).content == b"hello"
        fake.folders["INBOX"].mails.clear()
        for gone in (file, Attachment(kind="image", ref="https://example.org/a.png")):
            with pytest.raises(MediaGone):
                await connector.locate(gone)
        fake.refusal = "[UNAVAILABLE] later"
        with pytest.raises(MediaUnavailable):
            await connector.locate(file)


async def test_poll_that_is_given_up_ends_at_once() -> None:
    async with run_fake_imap() as fake:
        connector = connect(fake, poll_seconds="60")
        poll = connector.poll(None)
        await anext(poll)
        waiting = asyncio.ensure_future(anext(poll))
        await fake.idling.wait()
        waiting.cancel()
        async with asyncio.timeout(20):
            await asyncio.wait([waiting])
        await poll.aclose()
    assert waiting.cancelled()
