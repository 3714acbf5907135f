"""Which of our files WhatsApp takes, and as what. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.connector import FileRule, OutboundFile

MEGABYTE = 1024 * 1024
DOCUMENT_MAX = 100 * MEGABYTE
UPLOADED_BELOW = 16 * MEGABYTE  # what is larger is named by its address, not held in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What WhatsApp takes as one type: these MIME types, up to so many bytes."""

    mimes: frozenset[str]
    most: int


KINDS: Mapping[str, Takes] = {
    "image": Takes(mimes=frozenset({"image/jpeg", "image/png"}), most=5 * MEGABYTE),
    "audio": Takes(
        mimes=frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
        most=16 * MEGABYTE,
    ),
    "video": Takes(mimes=frozenset({"video/mp4", "video/3gpp"}), most=16 * MEGABYTE),
}
DOCUMENTS = frozenset(
    {
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)
# Beyond their type's limit pictures and films go as documents.
FILE_RULES: Mapping[str, FileRule] = {
    **{kind: FileRule(mimes=takes.mimes) for kind, takes in KINDS.items()},
    "file": FileRule(mimes=DOCUMENTS),
}
# Above a template's words, and on its cards.
HEADER_RULES: Mapping[str, FileRule] = {
    **{kind: FileRule(mimes=KINDS[kind].mimes, most=KINDS[kind].most) for kind in ("image", "video")},
    "document": FileRule(mimes=DOCUMENTS, most=DOCUMENT_MAX),
}
TAKEN = frozenset(DOCUMENTS.union(*(takes.mimes for takes in KINDS.values())))


def choose_type(file: OutboundFile) -> str | None:
    """Return the type of message that a file goes out as; None where WhatsApp does not take it."""
    mime = file.mime.partition(";")[0].strip().lower()
    takes = KINDS.get(file.kind)
    if takes and mime in takes.mimes and file.size <= takes.most:
        return file.kind
    return "document" if mime in TAKEN and file.size <= DOCUMENT_MAX else None


def goes_by_link(file: OutboundFile) -> bool:
    """Tell whether WhatsApp is to fetch a file from us."""
    return bool(file.url) and file.size > UPLOADED_BELOW
