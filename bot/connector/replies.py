"""What goes out, and what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Author, Content


class ReplyMode(StrEnum):
    """Where a reply goes."""

    REPLY = "reply"  # where the customer wrote
    PRIVATE = "private"  # to the author of a public post alone, where `Capabilities.private_reply`


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundFile:
    """A file of ours that leaves. `kind`: image, audio, video or file; `size` in bytes.

    Platforms that fetch use `url`, an address of ours that works for a while (None where we have no
    public address); those that take uploads call `read`.
    """

    kind: str
    mime: str
    name: str
    size: int
    url: str | None
    read: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundReply:
    """One message to one conversation. `idempotency_key` is the same on every try of it.

    `delivered` holds the native ids of the parts that arrived on an earlier try (the
    `native_ids` of a `partial` result): a channel that splits continues after them. `author` is who
    wrote it: some platforms allow people more than bots. `last_heard_at` is when the contact last wrote in
    this conversation, None where they never did: windows are counted from it, and so is `private_before`,
    how many private replies went before this one. `surface` is the conversation's. A message that was
    approved beforehand is `content.custom["template"]`: `name`, `language`, `parameters`.
    """

    idempotency_key: str
    conversation_key: str
    content: Content
    author: Author
    author_name: str | None = None
    surface: Surface = Surface.DIRECT
    mode: ReplyMode = ReplyMode.REPLY
    files: tuple[OutboundFile, ...] = ()
    reply_context: JsonObject = field(default_factory=dict)
    delivered: tuple[str, ...] = ()
    last_heard_at: datetime | None = None
    private_before: int = 0

    @property
    def is_template(self) -> bool:
        """Tell whether the platform approved it beforehand."""
        return bool(self.content.custom and self.content.custom.get("template"))


class SendState(StrEnum):
    """What became of a send."""

    SENT = "sent"
    PARTIAL = "partial"  # the parts in `native_ids` arrived, the rest certainly did not
    REJECTED = "rejected"  # nothing arrived, and nothing will
    UNKNOWN = "unknown"  # it may have arrived; `native_ids` certainly did


class ErrorClass(StrEnum):
    """Why a send failed, in the terms that decide what to do next."""

    RATE_LIMITED = "rate_limited"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    AUTH = "auth"
    WINDOW_CLOSED = "window_closed"
    RECIPIENT_GONE = "recipient_gone"
    POLICY = "policy"
    INVALID = "invalid"
    TOO_LONG = "too_long"
    PAYMENT = "payment"

    @property
    def retriable(self) -> bool:
        """Tell whether trying the same thing again later can work."""
        return self in (ErrorClass.RATE_LIMITED, ErrorClass.TRANSIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendError:
    """A failed send. `detail` is for staff and logs: no secrets, no customer text."""

    error_class: ErrorClass
    detail: str
    code: str | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLeft:
    """What a platform's answer says is left: `left` sends until `again` from now. `scope` as in `Rate`."""

    scope: str
    left: int
    again: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The outcome of one `send`. `error` is set unless `state` is `sent`.

    `delivered_to` is the key of the conversation that a private reply opened, where the platform says.
    """

    state: SendState
    native_ids: tuple[str, ...] = ()
    error: SendError | None = None
    rates_left: tuple[RateLeft, ...] = ()
    delivered_to: str | None = None
