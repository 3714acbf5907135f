"""What comes in: a raw request, and what it says in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.connector.replies import SendError
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import SAID, Content, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfig:
    """One entry of `config.yml: channels: <channel>: accounts: <name>`. `options` may hold secrets.

    `only_here`: nobody wrote it, so it takes messages from this machine alone.
    """

    channel: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    only_here: bool = False

    def flag(self, option: str) -> bool:
        """Tell whether a yes/no option says yes; absent is no."""
        return self.options.get(option, "").strip().lower() in {"true", "yes", "on", "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRequest:
    """One webhook request or socket frame: `body` is the raw bytes, header names are lower-case.

    `url` is the whole address as the platform has it (public_url, path and query), which some sign.
    """

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime
    method: str = "POST"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookResponse:
    """What a platform that asked our webhook something is answered with."""

    body: bytes
    content_type: str = "text/plain"
    status: int = 200


class ReceiptState(StrEnum):
    """What a platform says became of a message of ours. They may arrive in any order."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Word of one message of ours (the event's `target_id`), or of all up to the time `until`."""

    state: ReceiptState
    until: datetime | None = None
    error: SendError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEvent:
    """Something that happened on a platform, in our words.

    `event_id` is stable over redeliveries of the same event; `revision` tells edits of one message
    apart and grows with each. The `event_id` of a message is its native id, so that `target_id`
    (the native id of the message an edit, deletion, reaction or receipt speaks about) finds it.
    `sender` is the contact: of an `echo`, whom the brand's people wrote to.
    `conversation_key` is the platform's rule for "same thread" (a chat id, a visitor id) and is
    enough to answer there; it is empty only for `unsupported` events that belong to no
    conversation. `reply_context` is what else the channel can use to answer (opaque to the rest,
    kept with the conversation); its `delivery` is `pull` where nothing is to be dispatched.

    By kind: a `reaction` has the emoji as its text, empty when it was taken back; a `receipt` has
    `receipt`; an `edit` has the whole new content; of an `unsupported` event `metadata["note"]` may tell
    staff what it is. One that belongs to a conversation was said to us and waits for an answer like any other
    message, unless it is `for_staff`: a notice of the platform's, an act, or what is said to another app.
    `metadata["addressed"]` of a public post says what makes it the brand's business: `mention`, `reply` or
    `comment`. What else stands around a message has names that the desk shows by (`bot/web/around_view.py`):
    `quoted` (a native id), `quoted_text`, `forwarded`, `referral`, `start_payload`, `standby`, `url`,
    `subject`.
    """

    channel: str
    account: str
    event_id: str
    kind: Kind
    conversation_key: str
    sender: Handle
    content: Content = field(default_factory=Content)
    revision: int = 0
    surface: Surface = Surface.DIRECT
    target_id: str | None = None
    reply_context: JsonObject = field(default_factory=dict)
    metadata: JsonObject = field(default_factory=dict)
    platform_at: datetime | None = None
    receipt: Receipt | None = None
    for_staff: bool = False

    @property
    def awaits_answer(self) -> bool:
        """Tell whether a contact said something to us, readable or not."""
        return bool(self.conversation_key) and self.kind in SAID and not self.for_staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What is known of an event of before: its metadata, and the key of its conversation, empty for none."""

    metadata: JsonObject
    conversation_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """One batch of a poll: the events, and the cursor to store in the same commit as them."""

    events: tuple[InboundEvent, ...]
    cursor: str
