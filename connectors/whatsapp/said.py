"""What one message says, whatever its type is. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Content, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a message says, whoever wrote it. `target_id`: the message that it is about.

    `for_staff`: it is nobody's word that waits for an answer.
    """

    kind: Kind
    content: Content = field(default_factory=Content)
    target_id: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    for_staff: bool = False


def say(text: str, **metadata: Json) -> Said:
    """Return words; none at all is unsupported."""
    kind = Kind.TEXT if text.strip() else Kind.UNSUPPORTED
    return Said(kind=kind, content=Content(text=text), metadata=metadata)


def show(*attachments: Attachment) -> Said:
    """Return attachments without words; none at all is unsupported."""
    kind = Kind.MEDIA if attachments else Kind.UNSUPPORTED
    return Said(kind=kind, content=Content(attachments=attachments))


def press(payload: str, title: str) -> Said:
    """Return a pressed button."""
    kind = Kind.POSTBACK if payload else Kind.UNSUPPORTED
    return Said(kind=kind, content=Content(text=payload), metadata={"title": title} if title else {})
