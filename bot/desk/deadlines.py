"""By when a handoff is to be answered, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.handoff import Priority

if TYPE_CHECKING:
    from bot.domain.handoff import HandoffRequest
    from bot.domain.pipeline import DeskSpec

_SHARE = {Priority.NORMAL: 1.0, Priority.HIGH: 0.5, Priority.URGENT: 0.25}
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOON = timedelta(minutes=15)
DEADLINE_TIMER = "handoff_deadline"
"""The timer that watches a handoff's deadline."""


class Urgency(StrEnum):
    """How a deadline is shown: each step louder than the one before."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineWords:
    """A deadline as a person reads it at one moment."""

    text: str
    urgency: Urgency


def deadline_of(request: HandoffRequest, desk: DeskSpec, now: datetime) -> datetime:
    """Return by when a request is to be answered.

    The queue's own time for a normal one, half of it for a high one, a quarter for an urgent one. A
    queue that is not listed has the default queue's time.
    """
    queue = desk.queues.get(request.queue) or desk.queues[desk.default_queue]
    return now + queue.first_answer * _SHARE[request.priority]


def describe_deadline(deadline_at: datetime, now: datetime) -> DeadlineWords:
    """Say how much time is left."""
    left = deadline_at - now
    if left <= -_MINUTE:
        return DeadlineWords(text=f"late by {describe_span(-left)}", urgency=Urgency.LATE)
    if left <= _MINUTE:
        return DeadlineWords(text="answer now", urgency=Urgency.LATE)
    if left <= SOON:
        return DeadlineWords(text=f"answer within {describe_span(left)}", urgency=Urgency.SOON)
    return DeadlineWords(text=f"due in {describe_span(left)}", urgency=Urgency.CALM)


def describe_span(span: timedelta) -> str:
    """Return a length of time in its largest fitting unit, rounded down: never more than there is."""
    if span < _MINUTE:
        return "less than a minute"
    if span < 2 * _HOUR:
        return f"{span // _MINUTE} min"
    if span < 2 * _DAY:
        return f"{span // _HOUR} h"
    return f"{span // _DAY} days"
