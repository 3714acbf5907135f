"""Read person: who a conversation is with, as far as staff know, and what else they wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.storage import past, people
from bot.storage.people import PairState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from bot.domain.conversation import Conversation
    from bot.storage.database import Connection
    from bot.storage.past import PastConversation
    from bot.storage.people import PersonPair

SHOWN = 5  # conversations beside the open one
PAGE = 20  # on a page of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A conversation's contact with all that are one person with it, and what was suggested or said.

    `past` are the person's other conversations, the latest first; `more`: there are others.
    """

    contact_id: int
    contacts: tuple[int, ...]
    pairs: tuple[PersonPair, ...] = ()
    past: tuple[PastConversation, ...] = ()
    more: bool = False

    def list_pairs(self, *states: PairState) -> tuple[PersonPair, ...]:
        """Return the pairs in one of these states; nobody is asked about who is one person already."""
        return tuple(
            pair
            for pair in self.pairs
            if pair.state in states and (pair.state is PairState.CONFIRMED or pair.other not in self.contacts)
        )


async def load_person(connection: Connection, conversation: Conversation) -> Person:
    """Read who writes in a conversation."""
    contacts = await people.list_person(connection, conversation.contact_id)
    found = await _list_past(connection, contacts, beside=conversation.id, most=SHOWN)
    return Person(
        contact_id=conversation.contact_id,
        contacts=tuple(contacts),
        pairs=tuple(await people.list_pairs(connection, conversation.contact_id, contacts)),
        past=tuple(found[:SHOWN]),
        more=len(found) > SHOWN,
    )


async def load_past(
    connection: Connection, conversation: Conversation, before: tuple[datetime, int] | None
) -> Person:
    """Read a page of the person's other conversations, those after `before` in the list."""
    contacts = await people.list_person(connection, conversation.contact_id)
    found = await _list_past(connection, contacts, beside=conversation.id, before=before, most=PAGE)
    return Person(
        contact_id=conversation.contact_id,
        contacts=tuple(contacts),
        past=tuple(found[:PAGE]),
        more=len(found) > PAGE,
    )


async def _list_past(
    connection: Connection,
    contacts: Collection[int],
    *,
    beside: int,
    before: tuple[datetime, int] | None = None,
    most: int,
) -> Sequence[PastConversation]:
    return await past.list_past(connection, contacts, beside=beside, before=before, most=most + 1)
