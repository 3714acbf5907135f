"""What an action returned, wherever it ran: read into our types, or refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import orjson
import structlog

from bot.dialogue.calls import Outcome
from bot.dialogue.event_check import find_event_problem
from bot.dialogue.event_json import parse_event
from bot.dialogue.storable import storable
from bot.errors import ActionError

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject

log = structlog.get_logger(__name__)

MOST_EVENTS = 1000
MOST_MESSAGES = 100
MOST_BYTES = 1_000_000  # of events and messages together, as JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an action returned and what it dispatched, as JSON that can be stored and sent on."""

    events: tuple[JsonObject, ...] = ()
    responses: tuple[JsonObject, ...] = ()

    def read(self) -> Outcome:
        """Read the events. Raises `ActionError` for one that nobody knows, or that is not as Rasa has it."""
        for event in self.events:
            problem = find_event_problem(event)
            if problem:
                raise ActionError(f"an event that an action returned cannot be read: {problem}")
        return Outcome(events=tuple(parse_event(each) for each in self.events), responses=self.responses)


def take_answer(action: str, *, events: object, responses: object) -> Answer:
    """Take what an action returned and what it dispatched.

    As in Rasa, what is no event is dropped with an error in the log. Raises `ActionError` for what is no
    list at all, and for more than can be kept.
    """
    return Answer(events=_take_events(action, events), responses=_take_responses(action, responses))


def _take_events(action: str, returned: object) -> tuple[JsonObject, ...]:
    events: list[JsonObject] = []
    size = 0
    for each in _parts(action, returned, most=MOST_EVENTS, what="events"):
        event = storable(each)
        if not isinstance(event, dict) or not event.get("event"):
            log.error("Action returned something that is no event", action=action, type=type(each).__name__)
            continue
        size = _bounded(action, size + _size(event))
        events.append(event)
    return tuple(events)


def _take_responses(action: str, responses: object) -> tuple[JsonObject, ...]:
    read: list[JsonObject] = []
    size = 0
    for each in _parts(action, responses, most=MOST_MESSAGES, what="messages"):
        message = storable(each)
        if not isinstance(message, dict):
            raise ActionError(f"action {action} said something that is no message")
        size = _bounded(action, size + _size(message))
        read.append(message)
    return tuple(read)


def _parts(action: str, given: object, *, most: int, what: str) -> list[object]:
    if not given:
        return []
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise ActionError(f"action {action} returned no list of {what} but {type(given).__name__}")
    parts = list(islice(given, most + 1))
    if len(parts) > most:
        raise ActionError(f"action {action} returned more than {most} {what}")
    return parts


def _bounded(action: str, size: int) -> int:
    if size > MOST_BYTES:
        raise ActionError(f"action {action} returned more than {MOST_BYTES:,} bytes")
    return size


def _size(value: Json) -> int:
    try:
        return len(orjson.dumps(value))
    except TypeError:  # a whole number of more than 64 bits
        return len(json.dumps(value))
