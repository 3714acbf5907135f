"""What goes out, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.domain.json import JsonObject
from bot.domain.message import Author, Content


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundReply:
    """One message to one conversation. `idempotency_key` is the same on every try of it.

    `delivered` holds the native ids of the parts that arrived on an earlier try (the
    `native_ids` of a `partial` result): a channel that splits continues after them.
    """

    idempotency_key: str
    conversation_key: str
    content: Content
    author: Author
    author_name: str | None = None
    reply_context: JsonObject = field(default_factory=dict)
    delivered: tuple[str, ...] = ()


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
class SendResult:
    """The outcome of one `send`. `error` is set unless `state` is `sent`."""

    state: SendState
    native_ids: tuple[str, ...] = ()
    error: SendError | None = None
