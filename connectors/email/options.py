"""An account's options: read once, and what is wrong with them in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.connector import AccountConfig
from bot.connector.options import find_unknown_options
from connectors.email.payload import CHANNEL, Us
from connectors.email.threads import ADDRESS

OPTIONS = frozenset(
    {
        "address",
        "name",
        "aliases",
        "username",
        "password",
        "imap_host",
        "imap_port",
        "imap_security",
        "smtp_host",
        "smtp_port",
        "smtp_security",
        "smtp_username",
        "smtp_password",
        "ca_file",
        "mailbox",
        "sent_mailbox",
        "keep_copies",
        "mark_read",
        "authserv_id",
        "only_proven",
        "groups",
        "poll_seconds",
    }
)
IMAP_PORTS = {"tls": 993, "starttls": 143, "none": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
POLL_SECONDS = 60
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:]{2,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server and how to log in there. `security` is `tls`, `starttls`, or `none` on this machine."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """An account, read. `poll_seconds`: how often to look where the server does not tell by itself."""

    us: Us
    address: str
    name: str
    imap: Server
    smtp: Server
    mailbox: str
    sent_mailbox: str
    keep_copies: bool
    mark_read: bool
    poll_seconds: float


def read_settings(account: AccountConfig) -> Settings:
    """Read an account whose options were checked; a wrong one gets the value it has when left out."""
    options = account.options
    address = options.get("address", "").strip().lower()
    username = options.get("username") or options.get("address", "")
    password = options.get("password", "")
    aliases = frozenset(split_list(options.get("aliases", "").lower()))
    return Settings(
        us=Us(
            account=account.name,
            addresses=frozenset({address}) | aliases,
            domain=address.rpartition("@")[2] or "localhost",
            authserv_id=options.get("authserv_id", "").strip(),
            only_proven=account.flag("only_proven"),
            groups=frozenset(split_list(options.get("groups", "").lower())),
        ),
        address=address,
        name=options.get("name", "").strip(),
        imap=read_server(options, "imap", IMAP_PORTS, (username, password)),
        smtp=read_server(
            options,
            "smtp",
            SMTP_PORTS,
            (options.get("smtp_username") or username, options.get("smtp_password") or password),
        ),
        mailbox=options.get("mailbox") or "INBOX",
        sent_mailbox=options.get("sent_mailbox", ""),
        keep_copies=account.flag("keep_copies"),
        mark_read=account.flag("mark_read"),
        poll_seconds=float(read_number(options.get("poll_seconds"), POLL_SECONDS, most=3600)),
    )


def read_server(
    options: Mapping[str, str], kind: str, ports: Mapping[str, int], login: tuple[str, str]
) -> Server:
    """Return one of the two servers."""
    security = options.get(f"{kind}_security") or "tls"
    host = options.get(f"{kind}_host", "")
    return Server(
        host=host,
        port=read_number(options.get(f"{kind}_port"), ports.get(security, ports["tls"]), most=65535),
        # Whatever was checked before: words leave this machine encrypted.
        security="tls"
        if security not in ports or (security == "none" and host not in LOOPBACK)
        else security,
        username=login[0],
        password=login[1],
        ca_file=options.get("ca_file", ""),
    )


def find_problems(options: Mapping[str, str]) -> Iterator[str]:
    """Yield what is missing or wrong, in words."""
    yield from find_unknown_options(CHANNEL, options, OPTIONS)
    if not ADDRESS.fullmatch(options.get("address", "")):
        yield "set `address` to the mail address that customers write to"
    if not options.get("password"):
        yield "set `password`: large providers want an app password, made for this program"
    if not all(ADDRESS.fullmatch(alias) for alias in split_list(options.get("aliases", ""))):
        yield "`aliases` must be mail addresses with commas between them"
    if not all(ADDRESS.fullmatch(group) for group in split_list(options.get("groups", ""))):
        yield "`groups` must be mail addresses with commas between them"
    for kind, ports in (("imap", IMAP_PORTS), ("smtp", SMTP_PORTS)):
        yield from find_server_problems(options, kind, ports)
    if not is_number(options.get("poll_seconds", "1"), 3600):
        yield "`poll_seconds` must be a number from 1 to 3600"
    if "\n" in options.get("name", "") or "\r" in options.get("name", ""):
        yield "`name` must be one line"
    yield from find_clashes(options)


def find_clashes(options: Mapping[str, str]) -> Iterator[str]:
    """Yield options that mean nothing without another."""
    account = AccountConfig(channel=CHANNEL, name="", options=options)
    if account.flag("only_proven") and not options.get("authserv_id"):
        yield "`only_proven` needs `authserv_id`: without the server's name no mail's origin is proven"
    if options.get("groups") and not options.get("authserv_id"):
        yield "`groups` needs `authserv_id`: without it nobody vouches for what a group says"
    if account.flag("keep_copies") and not options.get("sent_mailbox"):
        yield "`keep_copies` needs `sent_mailbox`: the folder for the copies"


def find_server_problems(options: Mapping[str, str], kind: str, ports: Mapping[str, int]) -> Iterator[str]:
    """Yield what is wrong with one of the two servers."""
    host = options.get(f"{kind}_host", "")
    if not HOST.fullmatch(host):
        yield f"set `{kind}_host` to the name of the mail server, as your provider's help page shows it"
    security = options.get(f"{kind}_security") or "tls"
    if security not in ports:
        yield f"`{kind}_security` must be tls or starttls"
    if security == "none" and host not in LOOPBACK:
        yield f"`{kind}_security: none` is for a server on this machine only: passwords would be readable"
    if not is_number(options.get(f"{kind}_port", "1"), 65535):
        yield f"`{kind}_port` must be a number from 1 to 65535"


def split_list(text: str) -> list[str]:
    """Return what stands between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def is_number(text: str, most: int) -> bool:
    """Tell whether it is a whole number from 1 to `most`."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most


def read_number(text: str | None, default: int, *, most: int) -> int:
    """Return a whole number, or the default where it is none."""
    return int(text) if text and is_number(text, most) else default
