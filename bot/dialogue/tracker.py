"""A conversation as the dialogue remembers it: a fold of its events, kept as a bounded snapshot.

Rasa replays all events of a conversation before every prediction. Here each event changes the
snapshot once. What must still be known event by event is the *tail*: the newest events that
count ("applied events" in Rasa's words), because `undo` and `rewind` take them back, finished
form turns are collapsed in it, and policies compare the states between its actions. Everything
older is folded into `base`, so neither size nor cost grow with the length of the conversation.

There are two folds, as in Rasa: `live` is what has happened; `applied` is what counts. They are
the same object until a form turn is collapsed.

`log` is for the project's actions: the newest events as they happened, whether they count or not.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bot.dialogue.books import Books, book
from bot.dialogue.events import (
    LISTEN,
    SESSION_START,
    ActionExecuted,
    ActionRejected,
    ActionReverted,
    Event,
    LoopSet,
    Restarted,
    SessionStarted,
    UserFeaturized,
    UserReverted,
    UserUttered,
)
from bot.dialogue.moment import Moment, first_moment, step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.event_row import Row

_Fold: TypeAlias = (
    "tuple[Moment, Moment, Moment, tuple[Entry, ...], bool]"  # base, applied, live, tail, whole
)


class Entry(NamedTuple):
    """An event that counts, and the moment before it."""

    event: Event
    before: Moment


class Tracker(NamedTuple):
    """The snapshot. Change it by `apply` only. It is a tuple since it is copied for every event.

    `whole`: nothing was cut off the tail yet, it starts where the session starts. `written` holds events
    that were read from rows, and these rows, by the identity of the event: most are written again as they
    were.
    """

    catalogue: Catalogue
    base: Moment
    applied: Moment
    live: Moment
    tail: tuple[Entry, ...] = ()
    log: tuple[Event, ...] = ()
    whole: bool = True
    books: Books = Books()
    written: Mapping[int, tuple[Event, Row]] = MappingProxyType({})

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing counts yet: a session must be started."""
        return self.whole and not self.tail

    def apply(self, event: Event) -> Tracker:
        """Return the tracker after `event`."""
        base, applied, live, tail, whole = _FOLDS.get(type(event), _appended)(self, event)
        books = book(self.books, event)
        log = (*self.log, event)
        return Tracker(self.catalogue, base, applied, live, tail, log, whole, books, self.written)

    def apply_all(self, events: Iterable[Event]) -> Tracker:
        """Return the tracker after all of `events`."""
        tracker = self
        for event in events:
            tracker = tracker.apply(event)
        return tracker

    def without_followup(self) -> Tracker:
        """Return the tracker without the action that was to follow: it is tried once, run or refused."""
        return self._replace(live=self.live._replace(followup=None)) if self.live.followup else self

    def last_action(self, *, skip: int = 0) -> str | None:
        """Return the name of the last action that counts, listening left out, skipping `skip` of them."""
        names = [
            entry.event.name
            for entry in reversed(self.tail)
            if isinstance(entry.event, ActionExecuted) and entry.event.name != LISTEN
        ]
        if not self.whole and self.base.action != LISTEN:
            names.append(self.base.action)
        return names[skip] if skip < len(names) else None

    def last_user_message(self) -> UserUttered | None:
        """Return the last user message that counts, as it was logged."""
        return next(
            (entry.event for entry in reversed(self.tail) if isinstance(entry.event, UserUttered)),
            self.base.message,
        )


def new_tracker(catalogue: Catalogue) -> Tracker:
    """Return the tracker of a conversation in which nothing happened yet."""
    first = first_moment(catalogue)
    return Tracker(catalogue=catalogue, base=first, applied=first, live=first)


def fold(tracker: Tracker, events: Iterable[Event]) -> Tracker:
    """Append events that are known to count, as read back from a stored tail."""
    moment, entries = tracker.base, []
    for event in events:
        entries.append(Entry(event, moment))
        moment = step(moment, event, tracker.catalogue)
    return tracker._replace(tail=tuple(entries), applied=moment, live=moment)


def _until(tail: tuple[Entry, ...], kind: type[Event]) -> tuple[Entry, ...]:
    """Drop entries from the end up to and including the last event of `kind`; all, if there is none."""
    for position in range(len(tail) - 1, -1, -1):
        if isinstance(tail[position].event, kind):
            return tail[:position]
    return ()


def _collapsed(
    tail: tuple[Entry, ...], run: ActionExecuted, catalogue: Catalogue
) -> tuple[tuple[Entry, ...], Moment]:
    """Drop what was said and done since the loop's last run; what it set (slots, loop) stays."""
    last = max(
        position
        for position, entry in enumerate(tail)
        if isinstance(entry.event, ActionExecuted) and entry.event.name == run.name
    )
    kept = list(tail[: last + 1])
    moment = step(kept[-1].before, kept[-1].event, catalogue)
    for event, _ in tail[last + 1 :]:
        if not isinstance(event, ActionExecuted | UserUttered | UserFeaturized):
            kept.append(Entry(event, moment))
            moment = step(moment, event, catalogue)
    return tuple(kept), moment


# What an event does to the events that count, and so to both folds.


def _appended(tracker: Tracker, event: Event) -> _Fold:
    base, applied, whole = tracker.base, tracker.applied, tracker.whole
    live = step(tracker.live, event, tracker.catalogue)
    if isinstance(event, ActionExecuted) and _closes_loop_turn(tracker, event):
        tail, applied = _collapsed(tracker.tail, event, tracker.catalogue)
        return base, applied, live, tail, whole
    tail = (*tracker.tail, Entry(event, applied))
    in_step = applied is tracker.live
    return base, live if in_step else step(applied, event, tracker.catalogue), live, tail, whole


def _afresh(tracker: Tracker, event: Event) -> _Fold:
    """Start over. A restart wants a session started next; a session starts by listening."""
    first = first_moment(tracker.catalogue)
    live = first._replace(followup=SESSION_START) if isinstance(event, Restarted) else first
    return first, first, live, (), True


def _without_action(tracker: Tracker, _event: Event) -> _Fold:
    return _taken_back(tracker, _until(tracker.tail, ActionExecuted))


def _without_message(tracker: Tracker, _event: Event) -> _Fold:
    return _taken_back(tracker, _until(_until(tracker.tail, UserUttered), ActionExecuted))


def _taken_back(tracker: Tracker, tail: tuple[Entry, ...]) -> _Fold:
    moment = tracker.applied if len(tail) == len(tracker.tail) else tracker.tail[len(tail)].before
    return tracker.base, moment, moment, tail, tracker.whole


_FOLDS: dict[type[Event], Callable[[Tracker, Event], _Fold]] = {
    Restarted: _afresh,
    SessionStarted: _afresh,
    ActionReverted: _without_action,
    UserReverted: _without_message,
}


def _closes_loop_turn(tracker: Tracker, run: ActionExecuted) -> bool:
    """Tell whether a loop ran again on its happy path: what led here then counts no longer."""
    if run.name not in tracker.books.loops:
        return False
    following: str | None = None
    for past, _ in reversed(tracker.tail):
        if _leaves_loop(past, run, following):
            return False
        if isinstance(past, ActionExecuted):
            if past.name == run.name:
                return True
            following = past.name
    return False


def _leaves_loop(past: Event, run: ActionExecuted, following: str | None) -> bool:
    """Tell whether `past`, with the action that followed it, belongs to no happy path of the loop."""
    match past:
        case LoopSet():
            return past.name is None
        case ActionRejected():
            return past.name == run.name
        case UserUttered():
            return following is not None and following != run.name
        case _:
            return False
