"""What goes on failing: told when it begins, then now and then with how often, and when it works again.

Under load a full disk fails a thousand requests a second, for one reason. A line of each would fill the disk
that is full already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

EVERY = 30.0  # seconds from one line about the same to the next
CALM = 5.0  # seconds without a failure: what works now and then in between has not ended it
MOST = 500  # things that are counted at a time
MOST_REASONS = 8  # of one thing, each told at once: what has more puts numbers into its words


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """It works again. `failed`: how often it did not, `left_out` of them not told; `seconds`: how long."""

    failed: int
    left_out: int
    seconds: float


@dataclass(slots=True, kw_only=True)
class _Outage:
    since: float
    last: float
    told: float
    failed: int = 0
    left_out: int = 0
    reasons: set[str] = field(default_factory=set)


class Outages:
    """Decides what is told. Times are in seconds, by any clock that does not go back."""

    def __init__(self) -> None:
        self._under_way: dict[str, _Outage] = {}

    def __bool__(self) -> bool:
        """Tell whether anything is under way."""
        return bool(self._under_way)

    def fail(self, what: str, reason: str, *, now: float) -> int | None:
        """Return how many failures were left out before this one is told; None: it is left out itself."""
        found = self._under_way.get(what)
        if found is None:
            if len(self._under_way) >= MOST:
                del self._under_way[next(iter(self._under_way))]
            found = self._under_way[what] = _Outage(since=now, last=now, told=now)
        found.failed += 1
        found.last = now
        is_new = reason not in found.reasons and len(found.reasons) < MOST_REASONS
        if not is_new and now - found.told < EVERY:
            found.left_out += 1
            return None
        found.reasons.add(reason)
        found.told = now
        left_out, found.left_out = found.left_out, 0
        return left_out

    def work(self, what: str, *, now: float) -> Ended | None:
        """Return what ends with something that worked; None where nothing does, or it failed just now."""
        found = self._under_way.get(what)
        if found is None or now - found.last < CALM:
            return None
        del self._under_way[what]
        return Ended(failed=found.failed, left_out=found.left_out, seconds=found.last - found.since)


class OutageLog:
    """Writes what `Outages` decides. `clock` is its clock."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._outages = Outages()

    def failed(
        self, what: str, cause: str, write: Callable[..., Any], event: str, /, **fields: object
    ) -> None:
        """Tell of a failure, or leave it out. `write` is a logger's method for `event` and its `fields`."""
        left_out = self._outages.fail(what, cause, now=self._clock())
        if left_out is not None:
            write(event, **fields, **({"left_out": left_out} if left_out else {}))

    @property
    def under_way(self) -> bool:
        """Tell whether anything has failed and not worked since: else nobody need say what works."""
        return bool(self._outages)

    def worked(self, what: str, write: Callable[..., Any], event: str, /, **fields: object) -> None:
        """Tell that what failed works again."""
        ended = self._outages.work(what, now=self._clock())
        if ended is not None:
            write(event, **fields, failed=ended.failed, left_out=ended.left_out, seconds=round(ended.seconds))
