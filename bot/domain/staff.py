"""People who answer, teach and run the service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff may do. An admin may do everything."""

    AGENT = "agent"
    TRAINER = "trainer"
    LEAD = "lead"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A member of staff as stored, without the password."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """Tell whether this person has `role`, by itself or as an admin."""
        return role in self.roles or Role.ADMIN in self.roles


def first_name(name: str | None) -> str | None:
    """Return the part of a colleague's name that customers get to know."""
    words = (name or "").split()
    return words[0] if words else None
