"""A mail server that takes mails by SMTP, and lets us down as real ones do."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from typing_extensions import override

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's: it has every word of a mail
PASSWORD = "an-app-password"
BULLET = "• "
ENVELOPE = re.compile(r" ENVID=(\S+)")


class Talk(SMTP):
    """One connection. aiosmtpd knows no names of envelopes (RFC 3461): they are taken off here."""

    @override
    async def smtp_MAIL(self, arg: str) -> None:
        fake = self.event_handler
        named = ENVELOPE.search(arg or "") if fake.knows_dsn else None
        if named is not None:
            fake.envelope_ids.append(named[1])
        await super().smtp_MAIL(ENVELOPE.sub("", arg) if named else arg)


class Fault(StrEnum):
    """What happens to the next mail."""

    TOO_MANY = "450 4.7.28 Too many messages, try again in 7 seconds"
    DOWN = "451 4.3.0 Local error in processing"
    FULL = "552 5.2.3 Message size exceeds our limit"
    SPAM = "554 5.7.1 Message rejected as spam"
    RESET_AFTER = "reset"
    HANG = "hang"


@dataclass(slots=True)
class FakeSmtp:
    """What was sent, and what is to happen. `gone` are addresses that nobody has."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    gone: set[str] = field(default_factory=set)
    password: str = PASSWORD
    size_limit: int = 1_000_000
    server: asyncio.Server | None = None
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    knows_dsn: bool = False
    envelope_ids: list[str] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(["250-DSN"] if self.knows_dsn else []), responses[-1]]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.gone:
            return "550 5.1.1 The email account that you tried to reach does not exist"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self.faults.popleft() if self.faults else None
        if fault not in {None, Fault.RESET_AFTER, Fault.HANG}:
            return fault.value
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        self.taken.set()
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if fault is Fault.RESET_AFTER and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        if fault is Fault.HANG:
            await asyncio.sleep(30)
        return "250 2.0.0 OK: taken"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any
    ) -> AuthResult:
        return AuthResult(success=data.password.decode() == self.password, handled=False)

    def texts(self) -> list[str]:
        """Return what customers read, without the lines that stand for buttons."""
        return [take_text(letter) for letter in self.letters]

    async def until_sent(self, number: int) -> None:
        """Wait until so many mails were taken."""
        async with asyncio.timeout(20):
            while len(self.letters) < number:
                self.taken.clear()
                await self.taken.wait()

    async def leave(self) -> None:
        """Take no connections any more."""
        assert self.server is not None
        self.server.close()
        await self.server.wait_closed()


def take_text(letter: EmailMessage) -> str:
    """Return the plain text of a mail without its buttons."""
    part = letter.get_body(("plain",))
    assert part is not None
    lines = [line for line in part.get_content().splitlines() if not line.startswith(BULLET)]
    return "\n".join(lines).strip()


@asynccontextmanager
async def run_fake_smtp(*, tls: Any = None, port: int = 0) -> AsyncIterator[FakeSmtp]:
    """Run the server on a port of loopback, a free one for 0; with `tls` it wants STARTTLS first."""
    fake = FakeSmtp()
    loop = asyncio.get_running_loop()

    talks: list[SMTP] = []

    def make() -> SMTP:
        talk = Talk(
            fake,
            loop=loop,
            hostname="mx.test",
            data_size_limit=fake.size_limit,
            tls_context=tls,
            require_starttls=tls is not None,
            auth_require_tls=tls is not None,
            authenticator=fake.authenticate,
        )
        talks.append(talk)
        return talk

    fake.server = await loop.create_server(make, "127.0.0.1", port)
    fake.port = fake.server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        fake.server.close()
        for talk in talks:
            if isinstance(talk.transport, asyncio.WriteTransport):
                talk.transport.abort()
        await asyncio.sleep(0)
