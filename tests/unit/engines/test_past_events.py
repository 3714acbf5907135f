"""What actions are handed: events that are fetched, and a domain that is read, when somebody looks."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.engines.native.action_history import PastEvents
from bot.engines.native.posted import DomainPost

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


def test_looking_both_ways_at_once_sees_each_event_once() -> None:
    events, _ = make()
    assert [(event["n"], len(events)) for event in reversed(events)] == [(n, 6) for n in range(5, -1, -1)]
    assert [event["n"] for event in reversed(events)] == list(range(5, -1, -1))


DOMAIN: dict[str, Any] = {"slots": {"size": {"type": "text"}}, "intents": ["greet"], "forms": {}}


@pytest.mark.parametrize(
    ("look", "found"),
    [
        (dict, DOMAIN),
        (len, 3),
        (bool, True),
        (list, list(DOMAIN)),
        (lambda domain: domain["slots"], DOMAIN["slots"]),
        (lambda domain: domain.get("forms"), {}),
        (lambda domain: "intents" in domain, True),
        (lambda domain: {**domain}, DOMAIN),
        (lambda domain: domain | {}, DOMAIN),
        (lambda domain: sorted(domain.items(), key=str), sorted(DOMAIN.items(), key=str)),
        (lambda domain: domain == DOMAIN, True),
        (lambda domain: domain.pop("intents"), ["greet"]),
        (lambda domain: json.loads(json.dumps(domain)), DOMAIN),
        (copy.deepcopy, DOMAIN),
        (copy.copy, DOMAIN),
        (str, str(DOMAIN)),
    ],
)
def test_a_domain_is_all_there_however_it_is_looked_at(
    look: Callable[[dict[str, Any]], Any], found: Any
) -> None:
    post = DomainPost()
    assert look(post.post(DOMAIN)) == found


def test_a_domain_that_an_action_changes_is_its_own() -> None:
    post = DomainPost()
    post.post(DOMAIN)["slots"].clear()
    assert post.post(DOMAIN)["slots"] == {"size": {"type": "text"}}
