"""Events of which the older ones are fetched when something looks that far back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.engines.native.action_history import PastEvents

OLDER: list[Any] = [{"event": "user", "n": number} for number in range(3)]
NEWEST: list[Any] = [{"event": "bot", "n": number} for number in range(3, 6)]
ALL = [*OLDER, *NEWEST]


def make() -> tuple[PastEvents, list[str]]:
    fetched: list[str] = []

    def fetch() -> list[Any]:
        fetched.append("once")
        return OLDER

    return PastEvents(NEWEST, fetch), fetched


@pytest.mark.parametrize(
    ("look", "found"),
    [
        (bool, True),
        (lambda events: events[-1], ALL[-1]),
        (lambda events: events[-3], ALL[-3]),
        (lambda events: events[-2:], ALL[-2:]),
        (lambda events: events[-3:-1], ALL[-3:-1]),
        (lambda events: next(iter(reversed(events))), ALL[-1]),
        (lambda events: events.append({"n": 6}), None),
        (lambda events: events.extend([]), None),
    ],
)
def test_looking_at_the_end_fetches_nothing(look: Callable[[PastEvents], Any], found: Any) -> None:
    events, fetched = make()
    assert look(events) == found
    assert fetched == []


@pytest.mark.parametrize(
    ("look", "found"),
    [
        (list, ALL),
        (len, 6),
        (lambda events: list(reversed(events)), ALL[::-1]),
        (lambda events: events[0], ALL[0]),
        (lambda events: events[2:], ALL[2:]),
        (lambda events: events[-5:], ALL[-5:]),
        (lambda events: events[:-1], ALL[:-1]),
        (lambda events: events[-2:5], ALL[-2:5]),
        (lambda events: [*events], ALL),
        (lambda events: events + NEWEST, ALL + NEWEST),
        (lambda events: events[::-1], ALL[::-1]),
        (lambda events: events[-1:-7:-1], ALL[::-1]),
        (lambda events: ALL[1] in events, True),
        (lambda events: events == ALL, True),
        (lambda events: events.index(ALL[4]), 4),
        (lambda events: events.copy(), ALL),
        (lambda events: sorted(events, key=str), sorted(ALL, key=str)),
        (lambda events: [n for n, _ in enumerate(events)], list(range(6))),
        (copy.copy, ALL),
        (copy.deepcopy, ALL),
        (lambda events: json.loads(json.dumps(events)), ALL),
        (lambda events: (events.append(1), list(events))[1], [*ALL, 1]),
        (lambda events: events.pop(), ALL[-1]),
        (str, str(ALL)),
    ],
)
def test_looking_further_sees_everything_and_fetches_once(
    look: Callable[[PastEvents], Any], found: Any
) -> None:
    events, fetched = make()
    assert look(events) == found
    assert fetched == ["once"]
    assert len(events) in (5, 6, 7)
    assert fetched == ["once"]


def test_what_cannot_be_fetched_is_tried_again() -> None:
    attempts = iter([TimeoutError(), None])

    def fetch() -> list[Any]:
        error = next(attempts)
        if error:
            raise error
        return OLDER

    events = PastEvents(NEWEST, fetch)
    with pytest.raises(TimeoutError):
        len(events)
    assert len(events) == 6
