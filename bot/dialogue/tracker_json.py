"""A tracker ↔ the JSON object that is stored with the conversation.

Reading is forgiving towards a domain that has changed since: slots that are gone are dropped,
new ones start with their initial values. What an older program wrote is read, too: version 1 held
events as Rasa's event dicts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.books import Books
from bot.dialogue.event_json import parse_event
from bot.dialogue.event_row import read_row, slim_row, write_row
from bot.dialogue.events import UserUttered
from bot.dialogue.features import Features, coerce_slot
from bot.dialogue.moment import Loop, Moment, first_moment
from bot.dialogue.tracker import Tracker, fold, new_tracker
from bot.errors import ActionError, EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.event_row import Row
    from bot.dialogue.events import Event
    from bot.domain.json import JsonObject

_VERSION = 2
_READERS: dict[int, Callable[[Any], Event]] = {1: parse_event, _VERSION: read_row}


def tracker_to_json(tracker: Tracker) -> JsonObject:
    """Write a tracker. Trim it first: the size is that of its tail."""
    events, tail = _events_of(tracker)
    books = tracker.books
    data: dict[str, Any] = {
        "version": _VERSION,
        "events": events,
        "tail": tail,
        "logged": len(tracker.log),
        "loops": sorted(books.loops),
        "since_listen": books.since_listen,
        "rejected": books.rejected,
        "recent": list(books.recent),
        "input_channel": books.input_channel,
    }
    if not tracker.whole:
        data["base"] = _moment_to_json(tracker.base, tracker.catalogue)
    if tracker.live is not tracker.applied:
        data["live"] = _moment_to_json(tracker.live, tracker.catalogue)
    return data


def tracker_from_json(data: JsonObject | None, catalogue: Catalogue) -> Tracker:
    """Read a tracker; none, or an empty object, is a new conversation.

    Raises `EngineError` for what `tracker_to_json` did not write.
    """
    tracker = new_tracker(catalogue)
    if not data:
        return tracker
    try:
        return _read(tracker, data)
    except (LookupError, TypeError, ValueError, AttributeError, ActionError) as error:
        message = "the stored tracker cannot be read"
        raise EngineError(message) from error


def _read(empty: Tracker, data: Mapping[str, Any]) -> Tracker:
    version, catalogue = data["version"], empty.catalogue
    if version not in _READERS:
        message = f"the stored tracker is of version {version}, this program writes {_VERSION}"
        raise EngineError(message)
    read = _READERS[version]
    whole = "base" not in data
    base = empty.base if whole else _moment_from_json(data["base"], catalogue, read)
    events = tuple(read(each) for each in data["events"])
    pairs = zip(events, data["events"], strict=True) if version == _VERSION else ()
    tracker = fold(empty._replace(base=base), [events[position] for position in data["tail"]])
    return tracker._replace(
        log=events[len(events) - data["logged"] :],
        live=_moment_from_json(data["live"], catalogue, read) if "live" in data else tracker.applied,
        whole=whole,
        books=Books(
            loops=frozenset(data["loops"]),
            since_listen=data["since_listen"],
            rejected=data["rejected"],
            recent=tuple(data["recent"]),
            input_channel=data["input_channel"],
        ),
        written={id(pair[0]): pair for pair in pairs},
    )


def _events_of(tracker: Tracker) -> tuple[list[Row], list[int]]:
    """Write all events that are kept, the older first; and the positions of those that count."""
    logged = {id(event) for event in tracker.log}
    events = [*(event for event, _ in tracker.tail if id(event) not in logged), *tracker.log]
    position = {id(event): number for number, event in enumerate(events)}
    messages = (number for number in reversed(range(len(events))) if isinstance(events[number], UserUttered))
    newest = next(messages, 0)
    known = tracker.written
    rows = [known[id(event)][1] if id(event) in known else write_row(event) for event in events]
    slim = [row if number == newest else slim_row(row) for number, row in enumerate(rows)]
    return slim, [position[id(event)] for event, _ in tracker.tail]


def _moment_to_json(moment: Moment, catalogue: Catalogue) -> JsonObject:
    message, initial = moment.message, catalogue.initial_slots
    return {
        "slots": {name: value for name, value in moment.slots.items() if value is not initial[name]},
        "carried": moment.carried,
        "loop": _loop_to_json(moment.loop) if moment.loop else None,
        "message": write_row(message) if message else None,
        "by_text": moment.by_text,
        "action": moment.action,
        "action_is_text": moment.action_is_text,
        "followup": moment.followup,
        "paused": moment.paused,
    }


def _loop_to_json(loop: Loop) -> JsonObject:
    return {
        "name": loop.name,
        "is_interrupted": loop.is_interrupted,
        "rejected": loop.rejected,
        "trigger": loop.trigger,
    }


def _moment_from_json(data: Mapping[str, Any], catalogue: Catalogue, read: Callable[[Any], Event]) -> Moment:
    known = {
        name: coerce_slot(catalogue.slots[name], value)
        for name, value in data["slots"].items()
        if name in catalogue.slots
    }
    unchanged = catalogue.initial_features.without(known.keys())
    message = read(data["message"]) if data["message"] else None
    return first_moment(catalogue)._replace(
        slots={**catalogue.initial_slots, **known},
        features=Features({**unchanged, **catalogue.features_of(known)}),
        carried=data["carried"],
        loop=Loop(**data["loop"]) if data["loop"] else None,
        message=message if isinstance(message, UserUttered) else None,
        by_text=data["by_text"],
        action=data["action"],
        action_is_text=data["action_is_text"],
        followup=data["followup"],
        paused=data["paused"],
    )
