"""What must be known of the events that were logged, whether they count or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.dialogue.events import (
    LISTEN,
    SESSION_START,
    ActionExecuted,
    ActionRejected,
    Event,
    LoopSet,
    Restarted,
    UserReverted,
    UserUttered,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_RECENT = 3  # user messages and rewinds that the two-stage fallback looks back on


class Books(NamedTuple):
    """What is kept. `loops` names all loops that ever were active.

    `since_listen` counts actions for the circuit breaker. `rejected` is the action that refused to run
    just now. `recent` holds the intents of the last user messages, newest first; an empty string stands
    for a rewind. `input_channel` is that of the last message.
    """

    loops: frozenset[str] = frozenset()
    since_listen: int = 0
    rejected: str | None = None
    recent: tuple[str | None, ...] = ()
    input_channel: str | None = None


def book(books: Books, event: Event) -> Books:
    """Return the books after `event`."""
    note = _NOTES.get(type(event))
    return note(books, event) if note else books


def _user(books: Books, event: Event) -> Books:
    assert isinstance(event, UserUttered)
    recent = (event.intent, *books.recent[: _RECENT - 1])
    return Books(books.loops, books.since_listen, books.rejected, recent, event.input_channel)


def _rewind(books: Books, _event: Event) -> Books:
    return books._replace(recent=("", *books.recent[: _RECENT - 1]))


def _action(books: Books, event: Event) -> Books:
    assert isinstance(event, ActionExecuted)
    since_listen = 0 if event.name in (LISTEN, SESSION_START) else books.since_listen + 1
    return Books(books.loops, since_listen, None, books.recent, books.input_channel)


def _rejection(books: Books, event: Event) -> Books:
    assert isinstance(event, ActionRejected)
    return books._replace(rejected=event.name)


def _loop(books: Books, event: Event) -> Books:
    assert isinstance(event, LoopSet)
    return books._replace(loops=books.loops | {event.name}) if event.name else books


def _restart(books: Books, _event: Event) -> Books:
    return books._replace(recent=())


_NOTES: dict[type[Event], Callable[[Books, Event], Books]] = {
    UserUttered: _user,
    UserReverted: _rewind,
    ActionExecuted: _action,
    ActionRejected: _rejection,
    LoopSet: _loop,
    Restarted: _restart,
}
