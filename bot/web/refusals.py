"""How many refusals are told: a flood of them must not fill a disk, nor cost more than refusing does."""

from __future__ import annotations

from dataclasses import dataclass

AT_ONCE = 100  # lines of one kind at one address
EACH_SECOND = 10  # more of them, later
MOST = 500  # kinds that are counted at a time


@dataclass(slots=True)
class _Count:
    since: float
    may: float = AT_ONCE
    left_out: int = 0


class Refusals:
    """Counts refusals by route and code."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], _Count] = {}

    def count(self, route: str, code: str, *, now: float) -> int | None:
        """Return how many were left out before this one is told; None where it is left out itself.

        `now` is in seconds, by any clock that does not go back.
        """
        found = self._counts.get((route, code))
        if found is None:
            if len(self._counts) >= MOST:
                del self._counts[next(iter(self._counts))]
            found = self._counts[route, code] = _Count(since=now)
        found.may = min(AT_ONCE, found.may + (now - found.since) * EACH_SECOND)
        found.since = now
        if found.may < 1:
            found.left_out += 1
            return None
        found.may -= 1
        left_out, found.left_out = found.left_out, 0
        return left_out
