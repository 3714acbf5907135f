"""How much harm waiting does: a score for ordering the queue, always with its reasons in words.

A score is a sum of points, so that every part of it can be said and none can hide another:

| part | points |
|---|---|
| priority of the handoff | 0 normal, 30 high, 60 urgent |
| who reads along | 8 a group, 20 everybody |
| our answer did not arrive | 25 |
| deadline | 0 with an hour left, growing to 40 when it is reached, to 80 two hours after |
| waiting | 1 for each 5 minutes, up to 24 |
| came back | 8 for each earlier handoff, up to 24 |

A deadline missed by two hours outweighs a high priority: nobody waits for ever behind louder people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

from bot.desk.deadlines import SOON, describe_span
from bot.desk.reasons import describe_reason
from bot.domain.conversation import Surface
from bot.domain.handoff import Priority

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRIORITY = {Priority.NORMAL: 0.0, Priority.HIGH: 30.0, Priority.URGENT: 60.0}
_SURFACE = {Surface.DIRECT: 0.0, Surface.GROUP: 8.0, Surface.PUBLIC: 20.0}
_UNDELIVERED, _LEFT = 25.0, 20.0
_FAR, _LATEST = timedelta(hours=1), timedelta(hours=2)
_WAITED_STEP, _WAITED_MOST = timedelta(minutes=5), 24.0
_REPEATED, _REPEATED_MOST = 8.0, 24.0
_LONG_WAIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is known of somebody who waits. `earlier` counts handoffs before this one.

    `left`: whoever has the conversation is not there.
    """

    reason: str | None = None
    priority: Priority = Priority.NORMAL
    surface: Surface = Surface.DIRECT
    deadline_at: datetime | None = None
    waiting_since: datetime | None = None
    earlier: int = 0
    undelivered: bool = False
    left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A number to sort by, highest first, and why it is what it is, the weightiest first.

    `grounds` are the reasons without those the clock gives, for places that show the clock anyway.
    """

    value: float
    reasons: tuple[str, ...]
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    points: float
    words: str = ""
    by_clock: bool = False


def score_waiting(waiting: Waiting, now: datetime) -> Score:
    """Score one waiting conversation."""
    parts = sorted(_parts(waiting, now), key=attrgetter("points"), reverse=True)
    told = [part for part in parts if part.points > 0 and part.words]
    reason = (describe_reason(waiting.reason),) if waiting.reason else ()
    return Score(
        value=sum(part.points for part in parts),
        reasons=(*reason, *(part.words for part in told)),
        grounds=(*reason, *(part.words for part in told if not part.by_clock)),
    )


def _parts(waiting: Waiting, now: datetime) -> Iterator[_Part]:
    yield _Part(_PRIORITY[waiting.priority], "urgent" if waiting.priority is Priority.URGENT else "")
    yield _Part(_SURFACE[waiting.surface], "public" if waiting.surface is Surface.PUBLIC else "in a group")
    if waiting.undelivered:
        yield _Part(_UNDELIVERED, "our answer did not arrive")
    if waiting.left:
        yield _Part(_LEFT, "left waiting by who has it")
    if waiting.deadline_at is not None:
        yield _score_deadline(waiting.deadline_at - now)
    if waiting.waiting_since is not None:
        yield _score_wait(now - waiting.waiting_since)
    times = "came back" if waiting.earlier == 1 else f"came back {waiting.earlier} times"
    yield _Part(min(waiting.earlier * _REPEATED, _REPEATED_MOST), times)


def _score_deadline(left: timedelta) -> _Part:
    if left > timedelta():
        nearness = 1 - min(left / _FAR, 1.0)
        return _Part(40 * nearness, "deadline near" if left <= SOON else "", by_clock=True)
    return _Part(40 + 40 * min(-left / _LATEST, 1.0), "deadline missed", by_clock=True)


def _score_wait(waited: timedelta) -> _Part:
    points = min(max(waited / _WAITED_STEP, 0.0), _WAITED_MOST)
    return _Part(points, f"waiting {describe_span(waited)}" if waited >= _LONG_WAIT else "", by_clock=True)
