"""Sent files: files of ours as connectors take them, and addresses where others may fetch them for a while.

An address is signed and ends; nothing tells which files there are. Deleted with its message, a file is gone
there, too.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.connector import OutboundFile
from bot.domain.media import OUTGOING
from bot.errors import MediaGone
from bot.storage import outgoing_files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.media import OutgoingFile
    from bot.domain.message import Attachment, Content
    from bot.storage.database import Database
    from bot.storage.files import FileStore

LINK_LIFE = timedelta(days=7)
"""A customer may open a link days after it came; platforms fetch at once."""
_PURPOSE = b"visavis file\n"
_TOKEN = re.compile(r"(\d{1,19})\.(\d{1,12})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFiles:
    """Where files of ours lie, and under which address others reach us: None, and nobody can."""

    store: FileStore
    public_url: str | None = None
    signing_key: bytes = field(default=b"", repr=False)

    def make_link(self, attachment: Attachment, *, now: datetime) -> str | None:
        """Return where a file can be fetched; None where we have no public address."""
        file_id = find_file_id(attachment)
        if self.public_url is None or file_id is None:
            return None
        return self.public_url + make_path(self.signing_key, file_id, attachment.name or "file", now=now)


def find_file_id(attachment: Attachment) -> int | None:
    """Return which file of ours an attachment is; None for other people's."""
    number = attachment.ref.removeprefix(OUTGOING)
    return int(number) if number != attachment.ref and number.isascii() and number.isdigit() else None


def make_path(key: bytes, file_id: int, name: str, *, now: datetime) -> str:
    """Return the path under which a file can be fetched for a while by whoever knows it.

    Within a day it stays the same: whoever keeps what was fetched need not fetch it again.
    """
    day = timedelta(days=1).total_seconds()
    ends = int((now + LINK_LIFE).timestamp() // day * day + day)
    return f"/files/{file_id}.{ends}.{_sign(key, file_id, ends)}/{quote(name, safe='')}"


def read_token(key: bytes, token: str, *, now: datetime) -> int | None:
    """Return the file that a path's token opens; None for one that is not ours, or has ended."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    file_id, ends = int(found[1]), int(found[2])
    good = hmac.compare_digest(found[3], _sign(key, file_id, ends))
    return file_id if good and now < datetime.fromtimestamp(ends, UTC) else None


def _sign(key: bytes, file_id: int, ends: int) -> str:
    digest = hmac.digest(key, _PURPOSE + f"{file_id}\n{ends}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


async def open_files(
    database: Database, sent: SentFiles | None, content: Content, *, now: datetime
) -> tuple[OutboundFile, ...]:
    """Return the files of a message of ours, read: what is missing is known before anything leaves.

    Raises `MediaGone`, `StorageUnavailable`.
    """
    opened: list[OutboundFile] = []
    for attachment in content.attachments:
        file_id = find_file_id(attachment)
        if file_id is None:
            continue
        async with database.read() as connection:
            file = await outgoing_files.get_sent(connection, file_id)
        if file is None or sent is None:
            raise MediaGone(f"the file {attachment.name} is not here any more")
        opened.append(_open(file, await sent.store.get(file.key), sent.make_link(attachment, now=now)))
    return tuple(opened)


def _open(file: OutgoingFile, content: bytes, url: str | None) -> OutboundFile:
    return OutboundFile(
        kind=file.kind, mime=file.mime, name=file.name, size=file.size, url=url, read=_giving(content)
    )


def _giving(content: bytes) -> Callable[[], Awaitable[bytes]]:
    async def read() -> bytes:
        return content

    return read
