"""One thread between a contact and an account, and who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Status(StrEnum):
    """Who holds the conversation. Only the holder speaks."""

    BOT = "bot"
    QUEUED = "queued"  # a person was promised; the bot is silent
    HELD = "held"  # a member of staff has it
    SNOOZED = "snoozed"
    RESOLVED = "resolved"  # the next word of the contact opens it again, with the bot


class Surface(StrEnum):
    """How many people read along."""

    DIRECT = "direct"
    GROUP = "group"
    PUBLIC = "public"


BOT_MAY_SPEAK = frozenset({Status.BOT, Status.RESOLVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation as stored, without its messages."""

    id: int
    account_id: int
    channel: str
    account: str
    key: str
    contact_id: int
    contact_name: str | None
    surface: Surface
    status: Status
    staff_id: int | None
    staff_name: str | None
    created_at: datetime
    last_message_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on a conversation until `expires_at`. A commit with an old token is refused."""

    conversation_id: int
    token: int
    expires_at: datetime
