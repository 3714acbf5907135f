"""The interface between a channel and the rest: what connectors take in, give out and promise.

A connector serves one account of one channel. `verify` and `parse` are pure; `send` dispatches
one reply and tells truthfully what became of it. Committing, dedupe, ordering, rate limits and
retries belong to the service, never to a connector.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol

from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.message import Author, Content, Kind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime, timedelta

    from bot.domain.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfig:
    """One entry of `config.yml: channels: <channel>: accounts: <name>`. `options` may hold secrets."""

    channel: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRequest:
    """One webhook request: `body` is the raw bytes, header names are lower-case."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEvent:
    """Something that happened on a platform, in our words.

    `event_id` is stable over redeliveries of the same event; `revision` tells edits of one message
    apart. `conversation_key` is the platform's rule for "same thread" (a chat id, a visitor id);
    it is empty only for `unsupported` events that belong to no conversation. `target_id` is the
    native id of the message an edit, deletion, reaction or receipt speaks about. `reply_context`
    is what the channel needs to answer (opaque to the rest, kept with the conversation).
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundReply:
    """One message to one conversation. `idempotency_key` is the same on every try of it."""

    idempotency_key: str
    conversation_key: str
    content: Content
    author: Author
    author_name: str | None = None
    reply_context: JsonObject = field(default_factory=dict)


class SendState(StrEnum):
    """What became of a send."""

    SENT = "sent"
    PARTIAL = "partial"  # some parts arrived: `native_ids` says which
    REJECTED = "rejected"  # certainly not dispatched
    UNKNOWN = "unknown"  # it may have arrived


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


class TextUnit(StrEnum):
    """What a platform counts when it limits text."""

    CHARACTER = "character"  # Unicode code points
    BYTE = "byte"
    UTF16 = "utf16"


class Delivery(StrEnum):
    """How replies leave."""

    PUSH = "push"  # the courier calls `send`
    PULL = "pull"  # the customer's side fetches them (the synchronous REST call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `limit` sends per `period`, counted per account or per conversation."""

    scope: str
    limit: int
    period: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do, as data."""

    surfaces: frozenset[Surface]
    text_max: int
    text_unit: TextUnit = TextUnit.CHARACTER
    buttons_max: int = 0
    button_label_max: int = 0
    button_payload_max: int = 0
    images: bool = False
    typing: bool = False
    edits_in: bool = False
    receipts_in: bool = False
    webhook: bool = True
    polling: bool = False
    burst_pause: timedelta
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """One batch of a poll: the events, and the cursor to store in the same commit as them."""

    events: tuple[InboundEvent, ...]
    cursor: str


class Connector(Protocol):
    """One account of one channel. Built by `plugins` as `Class(account, http_timeout=...)`."""

    channel: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    account: AccountConfig

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say in words what is missing or wrong in an account's options; empty when all is well."""
        ...

    def verify(self, request: InboundRequest) -> None:
        """Raise `BadSignature` unless the raw request provably comes from the platform."""
        ...

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read a verified request. Raise `BadPayload` if it is not what the platform sends."""
        ...

    async def send(self, reply: OutboundReply) -> SendResult:
        """Dispatch one reply. Never raises for what the platform answers: that is the result."""
        ...

    async def typing(self, conversation_key: str) -> None:
        """Show that an answer is being written, where the platform can. Failure is not an error."""
        ...

    def poll(self, cursor: str | None) -> AsyncIterator[Polled]:
        """Yield batches for ever, starting after `cursor`. Only where `capabilities.polling`."""
        ...

    async def start(self, public_url: str | None) -> None:
        """Register webhooks and open connections; `public_url` is None without a public address."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
