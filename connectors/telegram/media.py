"""Files, places and cards that people send. Pure."""

from __future__ import annotations

from typing import Any

import telegram

from bot.domain.message import Attachment
from connectors.telegram.reading import take_text, whole

FILES = ("animation", "audio", "document", "sticker", "video", "video_note", "voice")


def read_attachments(message: telegram.Message) -> tuple[Attachment, ...]:
    """Return the files, places and cards of a message; `ref` of a file is Telegram's file id."""
    found: list[Attachment] = []
    if message.photo:
        found.append(read_file("photo", message.photo[-1]))  # sizes ascend
    kinds = [name for name in FILES if getattr(message, name) is not None]
    if "animation" in kinds:  # Telegram sends the same file again as a document
        kinds = ["animation"]
    found.extend(read_file(name, getattr(message, name)) for name in kinds)
    if message.location is not None:
        place, venue = message.location, message.venue
        names = (take_text(venue.title), take_text(venue.address)) if venue is not None else ()
        ref = f"geo:{place.latitude:f},{place.longitude:f}"
        found.append(Attachment(kind="location", ref=ref, name=", ".join(filter(None, names)) or None))
    if message.contact is not None:
        card = message.contact
        found.append(
            Attachment(
                kind="contact",
                ref=f"tel:{take_text(card.phone_number)}",
                name=" ".join(filter(None, (take_text(card.first_name), take_text(card.last_name)))) or None,
            )
        )
    return tuple(found)


def read_file(kind: str, file: Any) -> Attachment:
    """Return any of Telegram's files: a few of their types lack a name or a MIME type."""
    size = getattr(file, "file_size", None)
    return Attachment(
        kind=kind,
        ref=take_text(file.file_id),
        mime=take_text(getattr(file, "mime_type", None)) or None,
        name=take_text(getattr(file, "file_name", None) or getattr(file, "emoji", None)) or None,
        size=None if size is None else whole(size),
    )
