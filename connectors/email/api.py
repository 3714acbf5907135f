"""Mails out, by SMTP submission (RFC 6409).

One connection per mail: what breaks before the words have left is told from what breaks after.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress
from datetime import timedelta

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException

from bot.connector import ErrorClass
from bot.connector.answers import Outcome, doubtful, failed
from connectors.email.faults import explain
from connectors.email.options import LOOPBACK, Server
from connectors.email.render import Letter

# RFC 5321, 4.5.3.2 lets a server think for minutes before it takes a mail; the courier waits 20 seconds.
LONGER = 1.5  # times the usual wait
PERMANENT = 500
GOODBYE = 1.0  # seconds
ENVELOPE_ID = re.compile(r"[!-*,-<>-~]{1,100}")  # what needs no encoding there: neither + nor =


async def submit(letter: Letter, server: Server, sender: str, *, patience: timedelta) -> Outcome:
    """Hand a mail to the server. Never raises for what the server does."""
    client = make_client(server, patience)
    outcome = None
    try:
        opened = await open_session(client, server)
        outcome = opened or await hand_over(client, letter, sender, patience)
    finally:
        await leave(client, politely=outcome is not None and outcome.certain)
    return outcome


async def leave(client: aiosmtplib.SMTP, *, politely: bool) -> None:
    """Say goodbye to a server that is thought to listen, and free the connection at once.

    The library would leave an encrypted one to close when the server gets round to it.
    """
    transport = client.transport
    if politely and client.is_connected:
        with suppress(SMTPException, OSError, TimeoutError):
            await client.quit(timeout=GOODBYE)
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    await asyncio.sleep(0)  # that is when its socket is closed


async def open_session(client: aiosmtplib.SMTP, server: Server) -> Outcome | None:
    """Connect and log in; None when that is done."""
    try:
        await client.connect()
        await client.ehlo()
        if server.username and (server.security != "none" or client.supports_extension("auth")):
            await client.login(server.username, server.password)
    except SMTPResponseException as error:
        step = "the login" if isinstance(error, aiosmtplib.SMTPAuthenticationError) else "the connection"
        return refused(error, step)
    except ssl.SSLError as error:
        return failed(ErrorClass.TRANSIENT, f"no safe connection to the mail server: {name_reason(error)}")
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        return failed(ErrorClass.TRANSIENT, f"no connection to the mail server: {type(error).__name__}")
    return None


async def hand_over(client: aiosmtplib.SMTP, letter: Letter, sender: str, patience: timedelta) -> Outcome:
    """Say from whom and to whom, then the words."""
    raw = letter.message.as_bytes()
    limit = read_size_limit(client)
    if limit and len(raw) > limit:
        return failed(ErrorClass.TOO_LONG, f"the mail has {len(raw)} bytes, the mail server takes {limit}")
    announced = await announce(client, sender, letter, size=len(raw))
    if announced is not None:
        return announced
    try:
        await client.data(raw, timeout=patience.total_seconds() * LONGER)
    except SMTPResponseException as error:
        return refused(error, "the mail")
    except (SMTPException, OSError, TimeoutError) as error:
        detail = f"the mail server did not say whether it took the mail: {type(error).__name__}"
        return doubtful(detail)
    return Outcome()


async def announce(client: aiosmtplib.SMTP, sender: str, letter: Letter, *, size: int) -> Outcome | None:
    """Say from whom and to whom; None when the server takes it."""
    options = [f"SIZE={size}"] if client.supports_extension("size") else []
    if client.supports_extension("dsn"):
        options += name_envelope(letter.message_id)
    step = "the sender"
    try:
        await client.mail(sender, options=options)
        step = "the recipient"
        await client.rcpt(letter.to)
    except SMTPResponseException as error:
        return refused(error, step)
    except UnicodeError:
        return failed(ErrorClass.INVALID, "the mail server cannot write to such an address")
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        return failed(ErrorClass.TRANSIENT, f"the mail server broke off at {step}: {type(error).__name__}")
    return None


def name_envelope(message_id: str) -> list[str]:
    """Return what makes a server name the mail when it reports that it failed (RFC 3461, 4.4)."""
    name = message_id.strip("<>")
    simple = ENVELOPE_ID.fullmatch(name) is not None
    return [f"ENVID={name}"] if simple else []


def make_client(server: Server, patience: timedelta) -> aiosmtplib.SMTP:
    """Return a client that speaks to this server only encrypted, unless it is on this machine."""
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        cert_bundle=server.ca_file or None,  # beside the system's; read in a thread
        local_hostname="[127.0.0.1]" if server.host in LOOPBACK else "localhost.localdomain",
        timeout=patience.total_seconds(),
    )


def read_size_limit(client: aiosmtplib.SMTP) -> int:
    """Return how many bytes the server takes, 0 where it does not say."""
    value = client.esmtp_extensions.get("size", "")
    return int(value) if value.isascii() and value.isdigit() else 0


def refused(error: SMTPResponseException, step: str) -> Outcome:
    """Return the outcome of a mail that the server did not take."""
    explained = explain(error.code, error.message, doing=step)
    if step == "the login" and error.code >= PERMANENT:
        return failed(ErrorClass.AUTH, explained.detail, explained.code)
    return Outcome(error=explained)


def name_reason(error: ssl.SSLError) -> str:
    """Return why TLS failed, in the library's words."""
    return getattr(error, "verify_message", "") or error.reason or type(error).__name__
