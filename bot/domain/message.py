"""What is said in a conversation, by whom, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.domain.json import Json


class Author(StrEnum):
    """Who said it."""

    CONTACT = "contact"
    BOT = "bot"
    STAFF = "staff"
    SYSTEM = "system"


class Kind(StrEnum):
    """What sort of entry of the conversation's stream it is."""

    TEXT = "text"
    POSTBACK = "postback"  # a pressed button; `text` holds its payload
    MEDIA = "media"  # attachments without words
    EDIT = "edit"
    DELETE = "delete"
    REACTION = "reaction"
    RECEIPT = "receipt"
    ECHO = "echo"  # staff wrote in the platform's own app
    NOTE = "note"  # a message customers never see
    LINE = "line"  # a system line: "Mara joins"
    UNSUPPORTED = "unsupported"  # said, and not passed on by the platform; or a notice of the platform's
    TRIGGER = "trigger"  # nobody said it: a reminder that is due, or a call of the API


SAID = frozenset({Kind.TEXT, Kind.POSTBACK, Kind.MEDIA, Kind.UNSUPPORTED})
"""What a contact says to us. An unsupported entry is said if it is settled; others are notices for staff."""


INPUT_CHANNEL = "input_channel"
"""In the metadata of a message that a program passes on: by which channel of its own it came."""


UNSEEN = "unseen"
"""In the metadata of an edit or a deletion: what it speaks about was never told to us."""
KEPT_AWAY = "kept_away"
"""In those of an entry that takes the place of such a message, should it still come. Nobody sees it."""


class Settled(StrEnum):
    """The ledger's column: what became of a message of a contact."""

    WAITING = "waiting"
    BOT = "bot"
    STAFF = "staff"
    NOT_NEEDED = "not_needed"


class DeliveryState(StrEnum):
    """Where an outbound message is on its way to the customer."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    PARTIAL = "partial"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"  # it may have arrived: never repeated without a look


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice offered to the customer. Pressing it sends `payload` back.

    `written` is it as the project wrote it, where it has more to say to programs made for Rasa.
    """

    title: str
    payload: str
    url: str | None = None
    written: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file. `ref` is the channel's own handle on it, not necessarily a URL. `written` as with buttons."""

    kind: str
    ref: str
    mime: str | None = None
    name: str | None = None
    size: int | None = None
    written: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message carries, whoever wrote it. Text is without null bytes.

    `private`: of ours in a conversation that everybody reads; it goes to its contact alone.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    image: str | None = None
    custom: Mapping[str, Json] | None = None
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of a conversation's stream, as stored. `seq` orders it within the conversation."""

    id: int
    conversation_id: int
    seq: int
    author: Author
    kind: Kind
    content: Content
    created_at: datetime
    staff_id: int | None = None
    staff_name: str | None = None
    settled: Settled | None = None
    turn_id: int | None = None
    delivery: DeliveryState | None = None
    delivery_error: str | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
