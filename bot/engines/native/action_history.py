"""What was logged before the events that a tracker keeps: read only by who looks that far back.

Rasa posts to every action all events since the session began that was under way when the turn did. Here a
tracker keeps the newest (`bot.dialogue.window`), which is where most actions look; so a turn costs the same
after 10,000 events as after ten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from bot.dialogue.events import SESSION_START, ActionExecuted
from bot.dialogue.whole_events import shown_event
from bot.dialogue.window import LOGGED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.dialogue.events import Event
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject
    from bot.engines.engine import EventLog


class History:
    """The events of a conversation that a turn's tracker has forgotten. Read once in a turn at most."""

    def __init__(self, log: EventLog | None, tracker: Tracker) -> None:
        """Begin a turn with `tracker`. Without a `log` there is nothing but what the tracker keeps."""
        self._log = log if len(tracker.log) >= LOGGED_EVENTS and not _begins(tracker.log[0]) else None
        self._kept = len(tracker.log)
        self._older: Sequence[JsonObject] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether there is nothing more to read."""
        return self._log is None

    async def older(self, most: int) -> Sequence[JsonObject]:
        """Return what comes before the tracker's own events, of the newest `most` before this turn."""
        if self._log is not None:
            newest = await self._log(most)
            older = newest[: max(len(newest) - self._kept, 0)]
            begun = [number for number, event in enumerate(older) if event.get("name") == SESSION_START]
            session = older[begun[-1] if begun else 0 :]
            self._older, self._log = [shown_event(event) for event in session], None
        return self._older


def in_session(tracker: Tracker) -> Tracker:
    """Return a tracker, as it was stored, that shows actions no events of earlier sessions."""
    for number in range(len(tracker.log) - 1, -1, -1):
        if _begins(tracker.log[number]):
            return tracker._replace(log=tracker.log[number:]) if number else tracker
    return tracker


def _begins(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.name == SESSION_START


class PastEvents(list[Any]):
    """A list of events whose older ones are fetched, once, when something looks past the newest.

    `fetch` returns them, oldest first, and may block. Looking backwards, and at the end by negative
    positions, does without as long as it finds what it looks for.
    """

    __slots__ = ("_fetch", "_fetched")

    def __init__(self, newest: Sequence[JsonObject], fetch: Callable[[], Sequence[JsonObject]]) -> None:
        super().__init__(newest)
        self._fetch: Callable[[], Sequence[JsonObject]] | None = fetch
        self._fetched = 0

    def complete(self) -> None:
        """Fetch what is missing."""
        if self._fetch is not None:
            older = self._fetch()
            self._fetch, self._fetched = None, len(older)
            super().__setitem__(slice(0, 0), older)

    def __reversed__(self) -> Iterator[Any]:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        """Yield the newest first; those that must be fetched come last."""
        yield from super().__getitem__(slice(self._fetched, None))[::-1]
        self.complete()
        yield from super().__getitem__(slice(0, self._fetched))[::-1]

    def __getitem__(self, index: Any) -> Any:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        """Return an event or several; near the end without fetching."""
        if not self._is_near(index):
            self.complete()
        return super().__getitem__(index)

    def _is_near(self, index: Any) -> bool:
        """Tell whether a position, or where a slice begins, is counted from the end and is there already."""
        first = index
        if isinstance(index, slice):
            first = index.start
            if index.step is not None or (index.stop or -1) > -1:
                return False
        return isinstance(first, int) and -super().__len__() <= first < 0

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return super().__len__() > 0 or len(self) > 0

    def __reduce_ex__(self, _protocol: SupportsIndex) -> tuple[Any, ...]:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        """Copy it as the plain list that it stands for."""
        return (list, (list(self),))


def _completing(name: str) -> Any:
    plain = getattr(list, name)

    def method(self: PastEvents, *arguments: Any, **options: Any) -> Any:
        self.complete()
        return plain(self, *arguments, **options)

    method.__name__ = name
    return method


for _name in (
    *("__iter__", "__len__", "__contains__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"),
    *("__add__", "__mul__", "__rmul__", "__iadd__", "__imul__", "__repr__", "__setitem__", "__delitem__"),
    *("copy", "count", "index", "insert", "pop", "remove", "reverse", "sort"),
):
    setattr(PastEvents, _name, _completing(_name))
