"""What the contract needs to know of a channel: how its platform writes, and how it misbehaves."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from bot.connector import AccountConfig, Connector, InboundRequest, OutboundReply, ReceiptState
from bot.domain.message import Author, Content, Kind

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PATIENCE = timedelta(seconds=20)  # for a call that is answered, however slow the machine is
SHORT = timedelta(seconds=1)  # for one that never is
ACCOUNT = "main"
# What does not apply to a channel that only ever brings what contacts say.
NO_ECHOES = dict.fromkeys(
    (
        "test_what_machines_and_the_brand_itself_say_is_no_customers_message",
        "test_word_of_the_brands_people_is_an_echo_in_the_contacts_conversation",
    ),
    "nothing the brand says comes back",
)


def no_templates(reason: str) -> Mapping[str, str]:
    """Return that a channel has no messages that are approved beforehand, and why."""
    points = (
        "test_template_is_listed_filled_in_and_sent",
        "test_templates_that_cannot_be_listed_now_say_so",
    )
    return dict.fromkeys(points, reason)


class Trouble(StrEnum):
    """Ways a platform lets us down."""

    AWAY = "away"  # nobody listens
    TOO_MANY = "too_many"  # slow down, for seven seconds
    DOWN = "down"  # it says that it failed
    REFUSED = "refused"  # it will never take this
    RESET_AFTER = "reset_after"  # took it, and broke the connection
    HANG = "hang"  # took it, and never answers


class Approve(Protocol):
    """Has a platform hold a template of this name and text."""

    def __call__(self, name: str, text: str, *, approved: bool) -> None:
        """Put it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A started connector in front of a live fake of its platform."""

    connector: Connector
    key: str
    texts: Callable[[], list[str]]  # what reached the customer, in order
    trouble: Callable[[Trouble], Awaitable[None]]  # happens to the next call
    approve: Approve | None = None  # has the platform hold a template, where it has any


ONE_AT_A_TIME = {"test_malformed_element_loses_no_other": "a request holds one event"}

# The tests that make bodies up.
HOSTILE = (
    "test_any_bytes_make_events_or_a_refusal",
    "test_any_json_makes_events_or_a_refusal",
    "test_any_field_may_hold_anything",
)

Build = Callable[..., InboundRequest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """`message(text, number=1, sender=…)` is a request as the platform sends it; `frame` its body.

    `wrong` holds bodies that are not what the platform sends, by the field that must be named;
    `machines` what bots say, ours among them, and what the brand itself posts; `echoes` what the
    brand's people write to `sender` in the platform's own app.
    `samples` holds, for each kind of event that the channel brings beside plain texts, bodies that bring
    it, all about the message of `frame(…)` where they are about one: edits to the text "changed", deletions,
    reactions (one given, then the same taken back). `about` names the conversation and the message of those
    that are never about such a one. `receipts` are about any message of ours. `batch` says
    "first" and "third" around something malformed. `key` is the conversation of `sender`, where it is not
    their id; `dump` makes a body of a frame. `does_not_apply` says, by test, why a point of the contract
    is none for this channel.
    """

    connector: type[Connector]
    options: Mapping[str, str]
    wrong_options: tuple[tuple[Mapping[str, str], str], ...]
    secrets: tuple[str, ...]
    sender: str
    other_sender: str
    message: Build
    sealed: Callable[[bytes], InboundRequest]  # any body, authenticated as the platform would
    frame: Callable[[str], dict[str, Any]]
    wrong: tuple[tuple[str, dict[str, Any]], ...] = ()
    unknown: tuple[dict[str, Any], ...] = ()
    machines: tuple[dict[str, Any], ...] = ()
    echoes: tuple[dict[str, Any], ...] = ()
    samples: Mapping[Kind, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    about: Mapping[Kind, tuple[str, str]] = field(default_factory=dict)
    receipts: Mapping[ReceiptState, dict[str, Any]] = field(default_factory=dict)
    batch: dict[str, Any] | None = None
    key: str | None = None
    dump: Callable[[Any], bytes] = lambda frame: json.dumps(frame).encode()
    stage: Callable[[timedelta], AbstractAsyncContextManager[Stage]]  # with what a call may take
    does_not_apply: Mapping[str, str] = field(default_factory=dict)

    def build(self, options: Mapping[str, str] | None = None) -> Connector:
        """Build a connector of an account, by default one that is set up well."""
        config = AccountConfig(
            channel=self.connector.channel, name=ACCOUNT, options=self.options if options is None else options
        )
        return self.connector(config, http_timeout=PATIENCE)


def make_reply(key: str, content: Content, *, idempotency_key: str = "reply-1") -> OutboundReply:
    """Return a bot's reply."""
    return OutboundReply(
        idempotency_key=idempotency_key, conversation_key=key, content=content, author=Author.BOT
    )
