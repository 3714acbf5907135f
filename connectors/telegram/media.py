"""Files, places and cards that people send, and where the files lie. Pure.

Telegram says so for an hour, for files of up to 20 MB: https://core.telegram.org/bots/api#getfile
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import telegram

from bot.connector import ErrorClass, MediaAddress
from bot.connector.answers import Outcome
from bot.domain.message import Attachment
from bot.errors import MediaGone, MediaRefused, MediaUnavailable
from connectors.telegram.reading import take_text, whole

NAMES = ("file_name", "title", "emoji")  # of a document, a song, a sticker
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
        name=next((text for name in NAMES if (text := take_text(getattr(file, name, None)))), None),
        size=None if size is None else whole(size),
    )


def read_address(outcome: Outcome, prefix: str) -> MediaAddress:
    """Return where `getFile` says that a file lies; `prefix` is the API's address of files.

    Raises `MediaGone`, `MediaRefused` for what is too large for bots, `MediaUnavailable`.
    """
    error = outcome.error
    if error is not None:
        if error.error_class in (ErrorClass.TRANSIENT, ErrorClass.RATE_LIMITED, ErrorClass.AUTH):
            raise MediaUnavailable(error.detail)
        if "too big" in error.detail:
            raise MediaRefused("Telegram gives bots no files of more than 20 MB")
        raise MediaGone(error.detail)
    match outcome.result:
        case {"file_path": str(path)} if path and ".." not in path:
            host = urlsplit(prefix).hostname or ""
            return MediaAddress(url=f"{prefix}/{quote(path)}", hosts=frozenset({host}))
        case _:
            raise MediaGone("Telegram does not say where the file lies")
