"""A person who writes to the brand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """A contact's id on one account, as the platform knows them.

    `other_ids` are ids of the same person on the same account, by the platform's own word: a WhatsApp
    user's phone number beside their user id.
    """

    native_id: str
    name: str | None = None
    username: str | None = None
    locale: str | None = None
    other_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person, whatever the number of handles."""

    id: int
    name: str | None
    locale: str | None = None
