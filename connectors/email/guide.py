"""Setting an account up, and finding out why no mail comes or goes."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable
from datetime import timedelta

import aiosmtplib
from imap_tools.errors import MailboxLoginError

from bot.connector import ErrorClass, Finding, Guide, OptionHelp
from connectors.email.api import leave, make_client, open_session, read_size_limit
from connectors.email.line import open_line
from connectors.email.mailbox import TROUBLE, LoginRefused, can_idle, select
from connectors.email.options import Server, Settings

GUIDE = Guide(
    title="A mailbox, by IMAP and SMTP",
    before=(
        "Take a mailbox that the bot may have for itself: it answers every mail that a person writes there.",
        "Gmail and Google Workspace: switch on two-step verification and make an app password.",
        "Google's servers are imap.gmail.com and smtp.gmail.com.",
        "iCloud, Yahoo, Fastmail and GMX want an app password, too; their help pages name the servers.",
        "Microsoft 365 and Outlook.com take no passwords for IMAP any more: forward that mailbox to another.",
    ),
    options=(
        OptionHelp(name="address", text="The mail address that customers write to."),
        OptionHelp(name="password", text="The mailbox's password, or the app password.", secret=True),
        OptionHelp(name="imap_host", text="The server for incoming mail, such as imap.gmail.com."),
        OptionHelp(name="smtp_host", text="The server for outgoing mail, such as smtp.gmail.com."),
        OptionHelp(name="name", text="The name that customers see beside the address.", required=False),
        OptionHelp(
            name="username",
            text="What to log in with, where it is not the address.",
            required=False,
        ),
        OptionHelp(
            name="authserv_id",
            text="The name that your provider's server writes first in Authentication-Results, such as "
            "mx.google.com: then forged senders are refused.",
            required=False,
        ),
    ),
    after=(
        "Send a mail to the address from another mailbox; the answer comes within a minute.",
        "That mail's source, in its first Authentication-Results header, names the server for `authserv_id`.",
    ),
    source="https://support.google.com/mail/answer/185833",
)


async def examine_account(settings: Settings, *, patience: timedelta) -> list[Finding]:
    """Log in to both servers and look at what they can. Sends nothing, changes nothing."""
    return [
        *await examine_imap(settings, patience),
        *await examine_smtp(settings, patience),
        judge_trust(settings),
    ]


async def examine_imap(settings: Settings, patience: timedelta) -> list[Finding]:
    """Look at the server for incoming mail."""
    server = settings.imap
    found: list[Finding] = []
    try:
        async with open_line(server, patience) as line:
            found.append(well(f"{server.host} takes the login for incoming mail{describe(server)}."))
            if await line.run(can_idle):
                found.append(well("It says by itself when a mail comes (IDLE)."))
            else:
                found.append(well(f"It has no IDLE: it is asked every {settings.poll_seconds:.0f} seconds."))
            for folder, option in ((settings.mailbox, "mailbox"), (settings.sent_mailbox, "sent_mailbox")):
                if folder:
                    found.append(await line.run(look_at(folder, option)))
    except LoginRefused as error:
        found.append(
            ill(
                f"{server.host} refuses the login for incoming mail ({error}). Check `username` and "
                "`password`; large providers want an app password, and IMAP switched on in their settings."
            )
        )
    except TROUBLE as error:
        found.append(explain_no_connection(server, "imap", error))
    return found


def look_at(folder: str, option: str) -> Callable[..., Finding]:
    """Return the work of opening a folder."""

    def work(box: object) -> Finding:
        try:
            uidvalidity, _ = select(box, folder)  # type: ignore[arg-type]
        except TROUBLE:
            return ill(f"There is no folder “{folder}”: set `{option}` to one that the mailbox has.")
        if not uidvalidity:
            return ill(
                f"The server numbers the mails of “{folder}” in no lasting way: they cannot be followed."
            )
        return well(f"The folder “{folder}” can be read.")

    return work


async def examine_smtp(settings: Settings, patience: timedelta) -> list[Finding]:
    """Look at the server for outgoing mail."""
    server = settings.smtp
    client = make_client(server, patience)
    outcome = None
    try:
        outcome = await open_session(client, server)
        if outcome is None:
            return [
                well(
                    f"{server.host} takes the login for outgoing mail{describe(server)}{show_limit(client)}."
                )
            ]
    finally:
        await leave(client, politely=outcome is None)
    assert outcome.error is not None
    if outcome.error.error_class is ErrorClass.AUTH:
        return [
            ill(
                f"{server.host} refuses the login for outgoing mail: {outcome.error.detail}. Check "
                "`smtp_username` and `smtp_password`, or `username` and `password` where it is the same."
            )
        ]
    return [
        ill(
            f"{outcome.error.detail} ({server.host}, port {server.port}). Check `smtp_host`, `smtp_port` and "
            "`smtp_security`."
        )
    ]


def judge_trust(settings: Settings) -> Finding:
    """Say whether forged senders are found out."""
    if settings.us.authserv_id:
        return well(f"Mails that {settings.us.authserv_id} says are forged are refused.")
    text = "No `authserv_id` is set: senders are taken at their word, and shown as not proven."
    return Finding(well=True, hint=True, text=text)


def explain_no_connection(server: Server, kind: str, error: Exception) -> Finding:
    """Say why there is no connection, and what to look at."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ill(
            f"The certificate of {server.host} is not valid ({error.verify_message}). Use the name that the "
            "provider gives, or set `ca_file` for a certificate of your own."
        )
    if isinstance(error, MailboxLoginError):
        return ill(
            f"{server.host} lets nobody in for now: it says that it is busy, or that there are too many "
            "connections. Close other mail programs of this mailbox, and look again later."
        )
    if isinstance(error, imaplib.IMAP4.error) and server.security == "starttls":
        return ill(f"{server.host} offers no STARTTLS on port {server.port}: set `{kind}_security: tls`.")
    return ill(
        f"No connection to {server.host}, port {server.port} ({type(error).__name__}). Check `{kind}_host`, "
        f"`{kind}_port` and `{kind}_security`, and that no firewall is between."
    )


def show_limit(client: aiosmtplib.SMTP) -> str:
    """Return how large mails may be, where the server says so."""
    limit = read_size_limit(client)
    return f", for mails up to {limit / 1_000_000:.0f} MB" if limit else ""


def describe(server: Server) -> str:
    """Return how the line is protected."""
    return " (not encrypted, on this machine)" if server.security == "none" else " over TLS"


def well(text: str) -> Finding:
    """Return a finding that needs nothing done."""
    return Finding(well=True, text=text)


def ill(text: str) -> Finding:
    """Return a finding with what to do."""
    return Finding(well=False, text=text)
