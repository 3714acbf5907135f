"""A person who writes to the brand."""

from __future__ import annotations

from dataclasses import dataclass

FORMER = "former:"
"""Begins the key of a conversation whose contact gave up the id in it, and has no other that we know."""

PASSED_ON = "passed_on"
"""In the metadata of the first words of somebody whose phone number was another contact's until then."""


def is_number(native_id: str) -> bool:
    """Tell a phone number, which may pass to somebody else, from an id that stays its person's."""
    return native_id.isascii() and native_id.isdigit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """A contact's id on one account, as the platform knows them.

    `other_ids` are ids of the same person on the same account, by the platform's own word: a WhatsApp
    user's phone number beside their user id. `given_up` are those of them that the platform says they have no
    more: a phone number may be somebody else's next.
    """

    native_id: str
    name: str | None = None
    username: str | None = None
    locale: str | None = None
    other_ids: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person, whatever the number of handles."""

    id: int
    name: str | None
    locale: str | None = None
