"""A small IMAP server with one mailbox in memory, which can lose lines, passwords and its numbering."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes

PASSWORD = "an-app-password"
LITERAL = re.compile(rb"\{(\d+)\}\r\n$")
WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass(slots=True)
class Stored:
    """A mail in a folder."""

    uid: int
    raw: bytes
    at: datetime
    seen: bool = False


@dataclass(slots=True)
class Folder:
    """A folder; `uidvalidity` changes where a server numbers its mails anew."""

    uidvalidity: int = 1
    following: int = 1
    mails: list[Stored] = field(default_factory=list)


@dataclass(slots=True)
class FakeImap:
    """The mailbox, and what is to go wrong.

    `refusal` is said to every login, if it is set; `withheld` are mails whose words are not given.
    """

    port: int = 0
    folders: dict[str, Folder] = field(default_factory=lambda: {"INBOX": Folder(), "Sent": Folder()})
    refusal: str = ""
    idle: bool = True
    withheld: set[bytes] = field(default_factory=set)
    logins: int = 0
    commands: list[str] = field(default_factory=list)
    lines: list[asyncio.StreamWriter] = field(default_factory=list)
    idling: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    server: asyncio.Server | None = None

    async def put(self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Let a mail arrive."""
        box = self.folders[folder]
        box.mails.append(Stored(uid=box.following, raw=raw, at=at or datetime.now(UTC)))
        box.following += 1
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    def number_anew(self, folder: str = "INBOX") -> None:
        """Number all mails of a folder from 1."""
        box = self.folders[folder]
        box.uidvalidity += 1
        for number, mail in enumerate(box.mails, start=1):
            mail.uid = number
        box.following = len(box.mails) + 1

    def cut_lines(self) -> None:
        """Break every connection."""
        lines, self.lines = self.lines, []
        for writer in lines:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client until it goes."""
        self.lines.append(writer)
        writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        talk = Talk(self, reader, writer)
        try:
            while await talk.answer():
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@dataclass(slots=True)
class Talk:
    """One client's session."""

    fake: FakeImap
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    folder: Folder = field(default_factory=Folder)

    async def answer(self) -> bool:
        """Answer one command; False when the client goes."""
        line = await self.read_command()
        if not line:
            return False
        tag, _, rest = line.partition(b" ")
        words = [(quoted or plain).decode() for quoted, plain in WORD.findall(rest)]
        name: str = words[0].upper()
        self.fake.commands.append(rest.decode("utf-8", "replace"))
        if name == "UID":
            name, words = f"UID {words[1].upper()}", words[1:]
        done = b" OK done\r\n"
        if name == "LOGIN":
            done = self.log_in(words[2])
        elif name in {"SELECT", "EXAMINE"}:
            done = self.select(words[1], name)
        elif name == "IDLE":
            await self.wait()
        elif name == "UID FETCH" and self.withholds(words[1], rest):
            done = b" NO [SERVERBUG] the mail cannot be opened\r\n"
        else:
            self.do(name, words, rest.decode())
        self.writer.write(tag + done)
        return name != "LOGOUT"

    def withholds(self, uids: str, items: bytes) -> bool:
        """Tell whether it will not give the words of such a mail."""
        return b"BODY" in items and any(mail.raw in self.fake.withheld for mail in self.find(uids))

    def log_in(self, password: str) -> bytes:
        self.fake.logins += 1
        refusal = self.fake.refusal or ("" if password == PASSWORD else "[AUTHENTICATIONFAILED] no")
        return f" NO {refusal}\r\n".encode() if refusal else b" OK done\r\n"

    def do(self, name: str, words: list[str], rest: str) -> None:
        """Do what never fails."""
        if name == "CAPABILITY":
            self.say(f"* CAPABILITY IMAP4rev1{' IDLE' if self.fake.idle else ''}")
        elif name == "UID SEARCH":
            self.say(f"* SEARCH {' '.join(str(mail.uid) for mail in self.search(words[1:]))}".rstrip())
        elif name == "UID FETCH":
            self.fetch(words[1], rest)
        elif name == "UID STORE":
            for mail in self.find(words[1]):
                mail.seen = True
        elif name == "LOGOUT":
            self.say("* BYE")

    async def read_command(self) -> bytes:
        """Read a line, with the literals in it."""
        line = await self.reader.readline()
        while found := LITERAL.search(line):
            self.writer.write(b"+ go on\r\n")
            line += await self.reader.readexactly(int(found[1])) + await self.reader.readline()
        return line.strip()

    def say(self, line: str) -> None:
        self.writer.write(f"{line}\r\n".encode())

    def select(self, name: str, how: str) -> bytes:
        if name not in self.fake.folders:
            return b" NO no such folder\r\n"
        self.folder = self.fake.folders[name]
        self.say(f"* {len(self.folder.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.folder.uidvalidity}] valid")
        self.say(f"* OK [UIDNEXT {self.folder.following}] next")
        return b" OK [READ-ONLY] done\r\n" if how == "EXAMINE" else b" OK [READ-WRITE] done\r\n"

    def find(self, uids: str) -> list[Stored]:
        """Return the mails of a set of UIDs; `5:*` has the last one, whatever its number."""
        wanted: set[int] = set()
        last = max((mail.uid for mail in self.folder.mails), default=0)
        for part in uids.split(","):
            first, _, end = part.partition(":")
            numbers = [last if each == "*" else int(each) for each in (first, end or first)]
            wanted.update(range(min(numbers), max(numbers) + 1))
        return [mail for mail in self.folder.mails if mail.uid in wanted]

    def search(self, words: list[str]) -> list[Stored]:
        if words[0] == "UID":
            return self.find(words[1])
        if words[0] == "SINCE":
            since = datetime.strptime(words[1], "%d-%b-%Y").replace(tzinfo=UTC)
            return [mail for mail in self.folder.mails if mail.at >= since]
        assert words[0] == "HEADER"
        return [mail for mail in self.folder.mails if words[2].encode() in mail.raw.partition(b"\r\n\r\n")[0]]

    def fetch(self, uids: str, items: str) -> None:
        for number, mail in enumerate(self.find(uids), start=1):
            at = mail.at.strftime("%d-%b-%Y %H:%M:%S +0000")
            parts = [f'UID {mail.uid} RFC822.SIZE {len(mail.raw)} INTERNALDATE "{at}"'.encode()]
            for section in re.findall(r"BODY\.PEEK\[(.*?)\]", items):
                content = take_section(mail.raw, section)
                partial = "<0>" if "<0." in items else ""
                parts.append(f"BODY[{section}]{partial} {{{len(content)}}}\r\n".encode() + content)
            self.writer.write(f"* {number} FETCH (".encode() + b" ".join(parts) + b")\r\n")

    async def wait(self) -> None:
        """Tell of new mails until the client has enough."""
        known = len(self.folder.mails)
        self.say("+ idling")
        self.fake.idling.set()
        done = asyncio.create_task(self.reader.readline())
        while not done.done():
            changed = self.fake.changed
            if len(self.folder.mails) > known:
                known = len(self.folder.mails)
                self.say(f"* {known} EXISTS")
            news = asyncio.create_task(changed.wait())
            await asyncio.wait([done, news], return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
        if not done.result():
            raise ConnectionError


def take_section(raw: bytes, section: str) -> bytes:
    """Return what a section names: the whole, some headers, or a part."""
    head, _, _ = raw.partition(b"\r\n\r\n")
    if not section:
        return raw
    if section.startswith("HEADER.FIELDS"):
        return b"Date: " + str(message_from_bytes(raw).get("date", "")).encode() + b"\r\n\r\n"
    if section == "HEADER":
        return head + b"\r\n\r\n"
    part = message_from_bytes(raw)
    for number in section.split("."):
        inner = part.get_payload()
        part = inner[int(number) - 1] if isinstance(inner, list) else part  # type: ignore[assignment]
    content = part.get_payload()
    return content.encode("ascii", "surrogateescape") if isinstance(content, str) else b""


@asynccontextmanager
async def run_fake_imap() -> AsyncIterator[FakeImap]:
    """Run the server on a free port of loopback."""
    fake = FakeImap()
    fake.server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = fake.server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        fake.server.close()
        fake.cut_lines()
