"""What becomes of mails that are sent over a connection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.connector import AccountConfig, ErrorClass, OutboundFile, OutboundReply, SendState
from bot.domain.message import Author, Content
from connectors.email.api import name_envelope
from connectors.email.connector import EmailConnector
from connectors.email.guard import ANSWERS_MAX
from connectors.email.threads import digest, make_key
from tests.fakes.mail import PASSWORD, Fault, run_fake_smtp

KEY = make_key(digest("subject order"), "ann@example.org")
REPLY = OutboundReply(
    idempotency_key="visavis-7", conversation_key=KEY, content=Content(text="Hello."), author=Author.BOT
)


def connect(port: int, **more: str) -> EmailConnector:
    options = {
        "address": "help@shop.example",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(port),
        "smtp_security": "none",
    }
    account = AccountConfig(channel="email", name="main", options={**options, **more})
    return EmailConnector(account)


@pytest.mark.parametrize("knows", [True, False])
async def test_envelope_names_the_mail_where_the_server_can_give_that_back(knows: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    async with run_fake_smtp() as fake:
        fake.knows_dsn = knows
        connector = connect(fake.port)
        await connector.start(None)
        result = await connector.send(REPLY)
    assert result.state is SendState.SENT
    assert fake.envelope_ids == ([result.native_ids[0].strip("<>")] if knows else [])


def test_name_that_would_need_encoding_is_left_out() -> None:
    assert name_envelope("<visavis-7.0123456789abcdef@shop.example>")
    assert not name_envelope("<visavis-7.0123456789abcdef@a+b.example>")
    assert not name_envelope(f"<{'x' * 101}@a.example>")


async def test_refused_password_is_said_so_and_never_shown() -> None:
    async with run_fake_smtp() as fake:
        fake.password = "another"
        connector = connect(fake.port)
        await connector.start(None)
        result = await connector.send(REPLY)
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.AUTH)
    assert PASSWORD not in repr(result)


@pytest.mark.parametrize(
    ("fault", "expected"), [(Fault.FULL, ErrorClass.TOO_LONG), (Fault.SPAM, ErrorClass.POLICY)]
)
async def test_refused_words_are_told_apart(fault: Fault, expected: ErrorClass) -> None:
    async with run_fake_smtp() as fake:
        fake.faults.append(fault)
        connector = connect(fake.port)
        await connector.start(None)
        result = await connector.send(REPLY)
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, expected)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_password_does_not_leave_unencrypted(security: str) -> None:
    """The server offers no encryption: nothing is said to it."""
    async with run_fake_smtp() as fake:
        connector = connect(fake.port, smtp_security=security)
        await connector.start(None)
        result = await connector.send(REPLY)
        assert not fake.letters
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.TRANSIENT)


def test_server_elsewhere_is_never_spoken_to_in_the_open() -> None:
    connector = connect(25, smtp_host="mail.shop.example")
    assert connector._settings.smtp.security == "tls"


async def test_machine_that_answers_us_is_left_alone_in_the_end() -> None:
    async with run_fake_smtp() as fake:
        connector = connect(fake.port)
        await connector.start(None)
        for number in range(ANSWERS_MAX):
            await connector.send(replace(REPLY, idempotency_key=f"visavis-{number}"))
        result = await connector.send(REPLY)
        assert len(fake.letters) == ANSWERS_MAX
        assert result.error is not None
        assert result.error.error_class is ErrorClass.POLICY
        person = await connector.send(replace(REPLY, idempotency_key="visavis-99", author=Author.STAFF))
        assert person.state is SendState.SENT


async def test_resumed_reply_goes_on_after_what_arrived() -> None:
    async def read() -> bytes:
        return b"%PDF"

    file = OutboundFile(kind="file", mime="application/pdf", name="a.pdf", size=4, url=None, read=read)
    long = replace(REPLY, content=Content(text="word " * 25_000), files=(file,))
    async with run_fake_smtp() as fake:
        connector = connect(fake.port)
        await connector.start(None)
        fake.faults.extend([Fault.DOWN])
        first = await connector.send(long)
        assert first.state is SendState.REJECTED
        whole = await connector.send(long)
        assert len(whole.native_ids) == len(fake.letters) == 3
        fake.letters.clear()
        resumed = await connector.send(replace(long, delivered=whole.native_ids[:2]))
        assert resumed.native_ids == whole.native_ids
        (last,) = fake.letters
        assert [each.get_filename() for each in last.iter_attachments()] == ["a.pdf"]


async def test_files_beyond_what_mails_may_have_are_named_and_not_read() -> None:
    async def read() -> bytes:
        return b"%PDF"

    async def never() -> bytes:
        raise AssertionError("read in vain")

    small = OutboundFile(kind="file", mime="application/pdf", name="a.pdf", size=4, url=None, read=read)
    link = "https://desk.shop.example/files/1/film.mp4"
    film = OutboundFile(
        kind="video", mime="video/mp4", name="film.mp4", size=24_000_000, url=link, read=never
    )
    async with run_fake_smtp() as fake:
        connector = connect(fake.port)
        await connector.start(None)
        result = await connector.send(replace(REPLY, files=(film, small)))
    assert result.state is SendState.SENT
    (letter,) = fake.letters
    assert [each.get_filename() for each in letter.iter_attachments()] == ["a.pdf"]
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert f"film.mp4: {link}" in plain.get_content()


async def test_examination_says_what_to_do(tmp_path: Path) -> None:
    async with run_fake_smtp() as fake:
        connector = connect(fake.port, imap_port="1", imap_security="none")
        findings = await connector.examine(None)
        assert [finding.well for finding in findings] == [False, True, True]
        assert "`imap_host`" in findings[0].text
        fake.password = "another"
        refused = (await connector.examine(None))[1]
        assert not refused.well
        assert "password" in refused.text
        missing = connect(fake.port, imap_security="tls", ca_file=str(tmp_path / "none.pem"))
        assert not (await missing.examine(None))[0].well
