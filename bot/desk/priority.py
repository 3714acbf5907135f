"""How much harm waiting does: a score for ordering the queue, always with its reasons in words.

A score is a sum of points, so that every part of it can be said and none can hide another:

| part | points |
|---|---|
| priority of the handoff | 0 normal, 30 high, 60 urgent |
| who reads along | 8 a group, 20 everybody |
| our answer did not arrive | 25 |
| deadline | 0 with four hours left, growing to 40 when it is reached, to 80 two hours after |
| waiting | 1 for each 5 minutes, up to 24 |
| came back | 8 for each earlier handoff, up to 24 |

A deadline missed by two hours outweighs a high priority: nobody waits for ever behind louder people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.desk.deadlines import SOON, describe_span
from bot.desk.reasons import describe_reason
from bot.domain.conversation import Surface
from bot.domain.handoff import Priority

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRIORITY = {Priority.NORMAL: 0.0, Priority.HIGH: 30.0, Priority.URGENT: 60.0}
_SURFACE = {Surface.DIRECT: 0.0, Surface.GROUP: 8.0, Surface.PUBLIC: 20.0}
_UNDELIVERED = 25.0
_FAR, _LATEST = timedelta(hours=4), timedelta(hours=2)
_WAITED_STEP, _WAITED_MOST = timedelta(minutes=5), 24.0
_REPEATED, _REPEATED_MOST = 8.0, 24.0
_LONG_WAIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is known of somebody who waits. `earlier` counts handoffs before this one."""

    reason: str | None = None
    priority: Priority = Priority.NORMAL
    surface: Surface = Surface.DIRECT
    deadline_at: datetime | None = None
    waiting_since: datetime | None = None
    earlier: int = 0
    undelivered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A number to sort by, highest first, and why it is what it is, the weightiest first."""

    value: float
    reasons: tuple[str, ...]


def score_waiting(waiting: Waiting, now: datetime) -> Score:
    """Score one waiting conversation."""
    parts = sorted(_parts(waiting, now), key=_points, reverse=True)
    reason = (describe_reason(waiting.reason),) if waiting.reason else ()
    words = (text for points, text in parts if points > 0 and text)
    return Score(value=sum(points for points, _ in parts), reasons=(*reason, *words))


def _points(part: tuple[float, str]) -> float:
    return part[0]


def _parts(waiting: Waiting, now: datetime) -> Iterator[tuple[float, str]]:
    yield _PRIORITY[waiting.priority], "urgent" if waiting.priority is Priority.URGENT else ""
    yield _SURFACE[waiting.surface], "public" if waiting.surface is Surface.PUBLIC else "in a group"
    yield (_UNDELIVERED, "our answer did not arrive") if waiting.undelivered else (0.0, "")
    if waiting.deadline_at is not None:
        yield _score_deadline(waiting.deadline_at - now)
    if waiting.waiting_since is not None:
        yield _score_wait(now - waiting.waiting_since)
    yield _score_repeats(waiting.earlier)


def _score_deadline(left: timedelta) -> tuple[float, str]:
    if left > timedelta():
        nearness = 1 - min(left / _FAR, 1.0)
        return 40 * nearness, "deadline near" if left <= SOON else ""
    return 40 + 40 * min(-left / _LATEST, 1.0), "deadline missed"


def _score_wait(waited: timedelta) -> tuple[float, str]:
    points = min(max(waited / _WAITED_STEP, 0.0), _WAITED_MOST)
    return points, f"waiting {describe_span(waited)}" if waited >= _LONG_WAIT else ""


def _score_repeats(earlier: int) -> tuple[float, str]:
    times = "came back" if earlier == 1 else f"came back {earlier} times"
    return min(earlier * _REPEATED, _REPEATED_MOST), times
