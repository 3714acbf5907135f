"""Uploads: files that come to us themselves lie apart until the message they belong to is committed.

`keep_media` takes them from there, as it fetches other channels' files from their platforms. What no message
ever names is deleted after a day.
"""

from __future__ import annotations

import asyncio
import binascii
import re
import secrets
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.connector.media import INLINE
from bot.domain.media import KEPT_TYPES
from bot.errors import BadPayload, MediaRefused
from bot.service.file_kinds import identify

if TYPE_CHECKING:
    from datetime import datetime

    from bot.connector import InboundEvent
    from bot.domain.message import Attachment
    from bot.storage.files import FileStore

log = structlog.get_logger(__name__)

UPLOADED = "upload:"
"""What the `ref` of an attachment that lies here begins with; its key follows."""
UNSENT = timedelta(days=1)
_PLACE = "uploads/"
_HOUR = timedelta(hours=1)
_KEY = re.compile(r"uploads/(\d{1,9})/[A-Za-z0-9_-]{32}")
_SHOWN = {"image", "audio", "video"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that waits for its message. `mime` is what its content says."""

    key: str
    mime: str
    size: int

    @property
    def kind(self) -> str:
        """Return its kind as attachments have it."""
        kind = self.mime.partition("/")[0]
        return kind if kind in _SHOWN else "file"


async def take_upload(files: FileStore, content: bytes, *, now: datetime) -> Upload:
    """Keep a file until its message comes. Raises `MediaRefused` for a kind we do not take."""
    mime = await asyncio.to_thread(identify, content)
    if mime not in KEPT_TYPES:
        raise MediaRefused(f"it is of an {f'unwanted kind: {mime}' if mime else 'unknown kind'}")
    key = f"{_PLACE}{int(now.timestamp() // _HOUR.total_seconds())}/{secrets.token_urlsafe(24)}"
    await files.put(key, content)
    return Upload(key=key, mime=mime, size=len(content))


def find_upload_key(ref: str) -> str | None:
    """Return where the file of an attachment waits; None for one that is elsewhere."""
    key = ref.removeprefix(UPLOADED)
    return key if key != ref and _KEY.fullmatch(key) else None


def holds_files(event: InboundEvent) -> bool:
    """Tell whether files came within an event, and must be put apart before it is committed."""
    return any(each.ref.startswith(INLINE) for each in event.content.attachments)


async def shelve(files: FileStore, event: InboundEvent, *, now: datetime) -> InboundEvent:
    """Return an event with the files that came within it put apart.

    Raises `BadPayload` for what is no file, or of a kind we do not take.
    """
    shelved = [await _shelve(files, each, now) for each in event.content.attachments]
    return replace(event, content=replace(event.content, attachments=tuple(shelved)))


async def _shelve(files: FileStore, attachment: Attachment, now: datetime) -> Attachment:
    if not attachment.ref.startswith(INLINE):
        return attachment
    try:
        content = b64decode(attachment.ref.removeprefix(INLINE), validate=True)
        upload = await take_upload(files, content, now=now)
    except binascii.Error as error:
        raise BadPayload("the `content` of an attachment is not base64") from error
    except MediaRefused as error:
        raise BadPayload(f"an attachment cannot be taken: {error}") from error
    return replace(
        attachment, kind=upload.kind, ref=UPLOADED + upload.key, mime=upload.mime, size=upload.size
    )


async def drop_unsent(files: FileStore, *, now: datetime) -> int:
    """Delete what waited for its message longer than `UNSENT`; returns how many files that were."""
    oldest = (now - UNSENT).timestamp() // _HOUR.total_seconds()
    found = [(key, _KEY.fullmatch(key)) for key in await files.list_keys(_PLACE)]
    over = [key for key, place in found if place is None or int(place[1]) < oldest]
    await files.delete(over)
    if over:
        log.info("Files deleted that were never sent", count=len(over))
    return len(over)
