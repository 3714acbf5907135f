"""Files of customers and of staff: what has become of them, and what kinds we keep."""

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


OUTGOING = "outgoing:"
"""How the `ref` of an attachment of ours begins; the id of its file follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """A file that staff send, or will. `mime` is what its content says, `size` is in bytes.

    `sent`: it belongs to a message. Until then it belongs to whoever brought it, for a day.
    """

    id: int
    name: str
    mime: str
    size: int
    key: str
    sent: bool = False

    @property
    def kind(self) -> str:
        """Return the kind of attachment it is: image, audio, video or file."""
        return kind_of(self.mime)


def kind_of(mime: str) -> str:
    """Return what platforms take a type of file as."""
    kind = mime.partition("/")[0]
    return kind if kind in {"image", "audio", "video"} else "file"


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
