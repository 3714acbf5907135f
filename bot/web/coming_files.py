"""Files that come in at one moment: each is in memory until it is whole, so there is room for a few only.

One sender takes but a part of the room: who sends slowly on many lines keeps nobody else waiting.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import TooManyAttempts
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 16  # in one process
OF_VISITOR = 5  # what the widget brings for one message
OF_CLIENT = 8  # visitors who share an address, which may be one who pretends to be many


class ComingFiles:
    """Counts what is coming, by visitor and by address."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    @contextmanager
    def hold(self, visitor: str, client: str | None) -> Iterator[None]:
        """Count a file while it comes in. Raises `TooManyAttempts` where there is no room for it."""
        limits = {"": AT_ONCE, f"visitor:{visitor}": OF_VISITOR}
        if client is not None:
            limits[f"client:{client}"] = OF_CLIENT
        if any(self._of[each] >= most for each, most in limits.items()):
            raise TooManyAttempts(say("chat.slow_down_files"))
        self._of.update(limits.keys())
        try:
            yield
        finally:
            self._of.subtract(limits.keys())
            self._of += Counter()  # who is at nought is forgotten
