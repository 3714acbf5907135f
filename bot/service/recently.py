"""What was taken lately, so that a platform which says it again costs nothing.

Platforms repeat themselves, some a thousand times a second when something is wrong. PostgreSQL knows best
what is here already; this process remembers what it has learnt of that, and asks no more than once.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.connector import InboundEvent, InboundRequest

MOST = 10_000  # events: a few megabytes

Key = tuple[int, str, int]
Place = tuple[int | None, int | None]


class Recently:
    """Where the last events that are certainly committed went: message and conversation, if there are any."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._places: OrderedDict[Key, Place] = OrderedDict()  # a plain one is slow at its front

    def find(self, account_id: int, event: InboundEvent) -> Place | None:
        """Return where an event went before; None where this process does not know it."""
        return self._places.get((account_id, event.event_id, event.revision))

    def note(self, account_id: int, event: InboundEvent, place: Place) -> None:
        """Remember a committed event, and forget the one that was noted longest ago."""
        if len(self._places) >= self._most:
            self._places.popitem(last=False)
        self._places[account_id, event.event_id, event.revision] = place


class Repeats:
    """The last requests that told nothing new. Told once more, they need not be read."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def holds(self, request: InboundRequest) -> bool:
        """Tell whether a verified request is one of them: the same bytes to the same address."""
        return _digest(request) in self._known

    def note(self, request: InboundRequest) -> None:
        """Remember a request of which each event, if it has any, was known already.

        One that told something new is not remembered: where an account numbers by itself what comes without
        an id, the same bytes are another message.
        """
        self._known[_digest(request)] = None
        if len(self._known) > self._most:
            self._known.popitem(last=False)


def _digest(request: InboundRequest) -> bytes:
    digest = blake2b(request.url.encode(errors="surrogateescape"), digest_size=16)
    digest.update(b"\0" + request.body)
    return digest.digest()
