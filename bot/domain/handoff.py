"""The record that a person is needed: no promise without it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Priority(StrEnum):
    """How much harm waiting does."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffRequest:
    """What the engine asks for. `reason` is a code such as `asked_for_person`."""

    reason: str
    priority: Priority = Priority.NORMAL
    queue: str = "support"
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A handoff as stored. Open until `closed_at`; waiting until `taken_at`."""

    id: int
    conversation_id: int
    reason: str
    priority: Priority
    queue: str
    summary: str
    created_at: datetime
    deadline_at: datetime
    taken_at: datetime | None = None
    taken_by: int | None = None
    closed_at: datetime | None = None
