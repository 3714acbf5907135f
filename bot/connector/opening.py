"""Threads that we open: only towards an address that its owner left us to be answered at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bot.connector.interface import Connector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.contact import Handle
    from bot.domain.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class NewThread:
    """A conversation that nobody has written in yet: its key, its contact, what the channel must know."""

    key: str
    contact: Handle
    reply_context: JsonObject


@runtime_checkable
class OpensThreads(Connector, Protocol):
    """A connector that may write first, and knows what comes back for an answer to that."""

    def open_thread(self, address: str, *, matter: str, subject: str) -> NewThread | None:
        """Return the thread with an address about a matter, the same each time; None for one of nobody."""
        ...

    def go_on(self, reply_context: JsonObject, sent: Sequence[str]) -> JsonObject:
        """Return the context of another word in a thread of which only our words, `sent`, are known."""
        ...
