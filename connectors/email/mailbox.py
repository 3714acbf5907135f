"""A mailbox over IMAP: finding mails, reading them in bounded pieces. Every function blocks.

What a mail weighs is asked before it is read: of a large one only headers, texts and the names of its
files are fetched, each up to a limit.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from io import BufferedReader

from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox

from connectors.email.mail import MAX_HEADERS, Leaf, Mail, parse_bytes, split_mail
from connectors.email.options import Server
from connectors.email.structure import (
    Item,
    Section,
    list_sections,
    read_bytes,
    read_fetched,
    read_integer,
    read_time,
)

WHOLE_MAX = 262_144  # bytes of a mail that is fetched at once
PART_MAX = 131_072  # bytes fetched of one text of a larger one
# Errors of a line that broke, or of a server in trouble: they pass.
TROUBLE = (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError)
LATER = ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN", "too many", "try again")


class LoginRefused(Exception):
    """The server does not take the user name and password. Never leaves this package."""


class Unreadable(Exception):
    """The server does not give us one mail, or gives what we cannot read. Never leaves this package."""

    def __init__(self, uid: int) -> None:
        """Hold which one it is."""
        super().__init__(f"mail {uid}")
        self.uid = uid


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A mail that lies in the box: its UID, its bytes, and when it came."""

    uid: int
    size: int
    at: datetime | None


@contextmanager
def open_mailbox(server: Server, patience: timedelta) -> Iterator[BaseMailBox]:
    """Connect, log in, and log out at the end. Raises `LoginRefused` or one of `TROUBLE`."""
    box = connect(server, patience)
    try:
        log_in(box, server)
        yield box
        with suppress(*TROUBLE):
            box.logout()
    finally:
        with suppress(*TROUBLE):
            box.client.shutdown()


def connect(server: Server, patience: timedelta) -> BaseMailBox:
    """Connect, encrypted unless the server is on this machine. Raises one of `TROUBLE`."""
    seconds = patience.total_seconds()
    if server.security == "none":
        return MailBoxUnencrypted(server.host, server.port, timeout=seconds)
    context = ssl.create_default_context()
    if server.ca_file:
        context.load_verify_locations(cafile=server.ca_file)
    kind = MailBox if server.security == "tls" else MailBoxStartTls
    return kind(server.host, server.port, timeout=seconds, ssl_context=context)


def log_in(box: BaseMailBox, server: Server) -> None:
    """Log in. Raises `LoginRefused` where another try with the same password cannot help."""
    simple = server.username.isascii() and server.password.isascii()
    try:
        if simple:
            box.login(server.username, server.password, initial_folder=None)
        else:
            box.login_utf8(server.username, server.password, initial_folder=None)
    except MailboxLoginError as error:
        words = show_answer(error)
        if any(word.lower() in words.lower() for word in LATER):
            raise
        raise LoginRefused(words) from None
    box.client.capability()  # what it can do after the login may be more


def show_answer(error: ImapToolsError) -> str:
    """Return a server's own words, without what was sent to it."""
    result: tuple[object, ...] = getattr(error, "command_result", ())
    lines = next((each for each in result if isinstance(each, list)), [])
    return " ".join(line.decode("utf-8", "replace") for line in lines if isinstance(line, bytes))[:200]


def can_idle(box: BaseMailBox) -> bool:
    """Tell whether the server says by itself when a mail comes (RFC 2177)."""
    _, data = box.client.capability()
    return any(b"IDLE" in line.upper().split() for line in data if isinstance(line, bytes))


def idle(box: BaseMailBox, seconds: float) -> None:
    """Return when the server says that something happened in the open folder, or after some time."""
    with box.idle as waiting:
        if not has_word(box):
            waiting.poll(timeout=seconds)


def has_word(box: BaseMailBox) -> bool:
    """Tell whether the server said something already.

    What came together with its "idling" lies in the library's buffer, where waiting for the socket misses it.
    """
    socket, file = box.client.sock, box.client.file
    usual = socket.gettimeout()
    socket.settimeout(0)
    try:
        return isinstance(file, BufferedReader) and bool(file.peek(1))
    except OSError:  # nothing yet
        return False
    finally:
        socket.settimeout(usual)


def select(box: BaseMailBox, folder: str, *, readonly: bool = True) -> tuple[int, int]:
    """Open a folder; return its UIDVALIDITY and the UID that the next mail gets."""
    box.folder.set(folder, readonly=readonly)
    numbers = []
    for name in ("UIDVALIDITY", "UIDNEXT"):
        _, data = box.client.response(name)
        value = data[0] if data else None
        numbers.append(int(value) if isinstance(value, bytes) and value.isdigit() else 0)
    if not numbers[1]:  # an old server: the last mail's UID tells
        numbers[1] = max(search(box, "UID", "*"), default=0) + 1
    return numbers[0], numbers[1]


def search(box: BaseMailBox, *criteria: str) -> list[int]:
    """Return the UIDs that fit, ascending."""
    status, data = box.client.uid("SEARCH", *criteria)
    if status != "OK":
        raise ValueError("the server refuses to search")
    words = b" ".join(line for line in data if isinstance(line, bytes)).split()
    return sorted({int(word) for word in words if word.isdigit()})


def find_after(box: BaseMailBox, uid: int, most: int) -> list[Found]:
    """Return the first mails whose UID is larger, at most `most`, ascending."""
    uids = [each for each in search(box, "UID", f"{uid + 1}:*") if each > uid][:most]
    if not uids:
        return []
    answers = fetch(box, ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
    found = [
        Found(uid=read_integer(one, "UID"), size=read_integer(one, "RFC822.SIZE"), at=read_time(one))
        for one in answers
    ]
    return sorted((one for one in found if one.uid > uid), key=lambda one: one.uid)


def fetch(box: BaseMailBox, uids: str, items: str) -> list[dict[str, Item]]:
    """Fetch items of mails. Raises ValueError where the server refuses."""
    status, data = box.client.uid("FETCH", uids, items)
    if status != "OK":
        raise ValueError("the server refuses to give the mail")
    return read_fetched(data)


def fetch_one(box: BaseMailBox, uid: int, items: str) -> dict[str, Item]:
    """Fetch items of one mail, all in one; empty where it is gone."""
    merged: dict[str, Item] = {}
    for answer in fetch(box, str(uid), items):
        if read_integer(answer, "UID") in {0, uid}:
            merged.update(answer)
    return merged


def read_found(box: BaseMailBox, found: Found) -> Mail | None:
    """Return a mail, of a large one only what is read of it; None where it is gone. Raises `Unreadable`."""
    try:
        return read_whole_or_part(box, found)
    except ValueError as error:
        raise Unreadable(found.uid) from error


def read_whole_or_part(box: BaseMailBox, found: Found) -> Mail | None:
    """Do what `read_found` says. Raises ValueError where the server refuses."""
    if 0 < found.size <= WHOLE_MAX:
        answer = fetch_one(box, found.uid, f"(UID BODY.PEEK[]<0.{WHOLE_MAX}>)")
        raw = read_bytes(answer, "BODY[]")
        return split_mail(raw) if raw else None
    answer = fetch_one(box, found.uid, f"(UID BODYSTRUCTURE BODY.PEEK[HEADER]<0.{MAX_HEADERS}>)")
    head = read_bytes(answer, "BODY[HEADER]")
    if not head:
        return None
    sections = list_sections(answer.get("BODYSTRUCTURE"))
    whole = len(sections) == 1 and sections[0].number == "1" and is_single(answer.get("BODYSTRUCTURE"))
    parts = fetch_one(box, found.uid, f"(UID {' '.join(list_wanted(sections, whole=whole))})")
    leaves = (make_leaf(section, parts, head if whole else None) for section in sections)
    return Mail(head=parse_bytes(head), leaves=tuple(leaves))


def is_single(structure: Item) -> bool:
    """Tell whether a mail has one body and no parts."""
    return isinstance(structure, list) and bool(structure) and not isinstance(structure[0], list)


def list_wanted(sections: list[Section], *, whole: bool) -> Iterator[str]:
    """Yield what to fetch of a large mail: the headers of each part, and the beginning of each text."""
    for section in sections:
        if not whole:
            yield f"BODY.PEEK[{section.number}.MIME]"
        if section.mime.startswith(("text/", "message/")):
            yield f"BODY.PEEK[{section.number}]<0.{PART_MAX}>"


def make_leaf(section: Section, parts: dict[str, Item], head: bytes | None) -> Leaf:
    """Return a leaf of a large mail: its headers, and as much of its text as was fetched."""
    headers = head if head is not None else read_bytes(parts, f"BODY[{section.number}.MIME]")
    body = read_bytes(parts, f"BODY[{section.number}]")
    size = section.size * 3 // 4 if section.encoding == "base64" else section.size
    part = parse_bytes(headers.rstrip(b"\r\n") + b"\r\n\r\n" + body)
    return Leaf(section=section.number, part=part, size=size)


def is_old(box: BaseMailBox, found: Found, floor: datetime) -> bool:
    """Tell whether a mail came before `floor`, by the server's word and by its own."""
    if found.at is not None and found.at < floor:
        return True
    answer = fetch_one(box, found.uid, "(UID BODY.PEEK[HEADER.FIELDS (DATE)])")
    raw = next((value for name, value in answer.items() if name.startswith("BODY[HEADER")), None)
    said = message_from_bytes(raw).get("date", "") if isinstance(raw, bytes) else ""
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return False
    return at.tzinfo is not None and at < floor - timedelta(days=1)


def read_part(box: BaseMailBox, uid: int, section: str, most: int) -> bytes | None:
    """Return a part as it is encoded, None where it is gone. Raises ValueError beyond `most` bytes."""
    answer = fetch_one(box, uid, f"(UID BODY.PEEK[{section}]<0.{most + 1}>)")
    raw = read_bytes(answer, f"BODY[{section}]")
    if len(raw) > most:
        raise OverflowError("the part is too large")
    return raw or None


def find_by_message_id(box: BaseMailBox, message_id: str) -> int | None:
    """Return the UID of the newest mail with a Message-ID in the open folder, None where there is none."""
    quoted = message_id.replace("\\", "").replace('"', "")
    if not quoted.isascii():
        return None
    return max(search(box, "HEADER", "Message-ID", f'"{quoted}"'), default=None)


def mark_seen(box: BaseMailBox, folder: str, uids: list[int]) -> None:
    """Flag mails as read."""
    if uids:
        select(box, folder, readonly=False)
        box.client.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Seen)")
