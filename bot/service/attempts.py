"""Counts failed logins in this process, so that guessing is slow even while Redis is away."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

WINDOW = timedelta(minutes=15)
_MAX_KEYS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `failures` per `WINDOW` under `key`."""

    key: str
    failures: int


@dataclass(slots=True)
class Attempts:
    """Failures of the last `WINDOW` by key. The oldest keys go first when there are too many."""

    _failures: dict[str, deque[datetime]] = field(default_factory=dict)

    def is_over(self, limits: Iterable[Limit], now: datetime) -> bool:
        """Tell whether any of the limits is used up."""
        return any(self._recent(limit.key, now) >= limit.failures for limit in limits)

    def fail(self, limits: Iterable[Limit], now: datetime) -> None:
        """Count one failure under each key."""
        for limit in limits:
            self._failures.setdefault(limit.key, deque()).append(now)
        while len(self._failures) > _MAX_KEYS:
            del self._failures[next(iter(self._failures))]

    def forget(self, key: str) -> None:
        """Start over for one key: the person proved who they are."""
        self._failures.pop(key, None)

    def _recent(self, key: str, now: datetime) -> int:
        failures = self._failures.get(key)
        if failures is None:
            return 0
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        if not failures:
            del self._failures[key]
        return len(failures)
