"""What a channel can do, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.connector.text import TextUnit
from bot.domain.conversation import Surface


class Delivery(StrEnum):
    """How replies leave: the `delivery` of a conversation's `reply_context`."""

    PUSH = "push"  # the courier calls `send`; what a context without the key means
    PULL = "pull"  # the customer's side fetches them (the synchronous REST call)
    SHOWN = "shown"  # the customer's side shows them as they are stored (our own widget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `limit` sends per `period`, counted per `scope`: `account` or `conversation`."""

    scope: str
    limit: int
    period: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do. A limit of 0 means that there is none of it.

    `buttons_max` and its neighbours are what the conformance suite goes beyond: a channel shows
    the rest another way and refuses nothing. `typing`: `Connector.typing` has somebody to tell.
    `idempotent_sends`: the receiving side drops a second send with the same idempotency key, so an
    `unknown` outcome is tried again; elsewhere it is final, and staff see it. `burst_pause`: how long
    to wait for more of the same person before answering.
    """

    surfaces: frozenset[Surface]
    text_max: int
    text_unit: TextUnit = TextUnit.CHARACTER
    buttons_max: int = 0
    button_label_max: int = 0
    button_payload_max: int = 0
    typing: bool = False
    webhook: bool = True
    polling: bool = False
    idempotent_sends: bool = False
    burst_pause: timedelta
    rates: tuple[Rate, ...] = ()
