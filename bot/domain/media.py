"""A customer's file: what has become of it, and what kinds we keep."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MediaState(StrEnum):
    """What has become of a file."""

    WAITING = "waiting"
    KEPT = "kept"
    GONE = "gone"  # the platform had it no more
    REFUSED = "refused"  # we would not have it


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """The file of a message's attachment `number`. `mime` is what its content says, not its name.

    `reason` says why there is none; `size` is in bytes.
    """

    message_id: int
    number: int
    state: MediaState
    mime: str = ""
    size: int = 0
    key: str = ""
    reason: str = ""


KEPT_TYPES = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif"),
        *("audio/mpeg", "audio/ogg", "audio/mp4", "audio/aac", "audio/amr", "audio/wav", "audio/webm"),
        *("video/mp4", "video/webm", "video/quicktime", "video/3gpp", "video/ogg"),
        *("application/pdf", "application/zip", "text/plain", "text/vcard"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
"""What is kept of what customers send. Programs and pages are not: who opens them runs them."""
SHOWN_TYPES = frozenset(kind for kind in KEPT_TYPES if kind.partition("/")[0] in {"image", "audio", "video"})
"""What a browser may show in the page; the rest is offered as a download."""
