"""How long to leave a platform alone that does not answer."""

from __future__ import annotations

from datetime import timedelta

DOUBLED_MOST = 10  # times


class Waits:
    """Waits that begin with `first` and double with each failure, up to `longest`."""

    def __init__(self, first: timedelta, *, longest: timedelta) -> None:
        self._first, self._longest = first, longest
        self._failures = 0

    @property
    def failing(self) -> bool:
        """Tell whether it failed the last time."""
        return self._failures > 0

    def fail(self, at_least: timedelta | None = None) -> timedelta:
        """Count a failure; return how long to wait. `at_least` is what the platform asks for."""
        grown: timedelta = self._first * 2 ** min(self._failures, DOUBLED_MOST)
        self._failures += 1
        return max(min(grown, self._longest), at_least or timedelta())

    def end(self) -> None:
        """Begin anew: it answers."""
        self._failures = 0
