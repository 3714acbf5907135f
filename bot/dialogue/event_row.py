"""Events ↔ rows, the short lists as which a stored tracker keeps them.

A row is `[event, timestamp, metadata or None, *values]`, where nothing stands for None at the end. It says
what Rasa's event dict says (`event_json`) in less room and time: both count with every message, since each
reads and writes some thirty events.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from bot.dialogue.event_json import read_user
from bot.dialogue.events import (
    ActionExecuted,
    ActionRejected,
    ActionReverted,
    AgentUttered,
    BotUttered,
    EntitiesAdded,
    Event,
    FollowupSet,
    LoopInterrupted,
    LoopSet,
    Paused,
    ReminderCancelled,
    ReminderSet,
    Restarted,
    Resumed,
    SessionStarted,
    SlotSet,
    SlotsReset,
    StoryExported,
    UserFeaturized,
    UserReverted,
    UserUttered,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.domain.json import JsonObject

Row: TypeAlias = "list[Any]"

_HEAD = 3  # event, timestamp, metadata
_PARSE_DATA = _HEAD + 1  # where the row of a user message has it
_BULKY = ("intent_ranking", "response_selector", "text_tokens")  # of no use in older messages

# The values in order. Rows are stored: what is here stays as it is, and new ones come last.
_VALUES: dict[type[Event], tuple[str, ...]] = {
    UserUttered: ("user", "text", "parse_data", "input_channel", "message_id"),
    BotUttered: ("bot", "text", "data"),
    AgentUttered: ("agent", "text", "data"),
    SlotSet: ("slot", "name", "value"),
    SlotsReset: ("reset_slots",),
    ActionExecuted: ("action", "name", "policy", "confidence", "hidden", "text"),
    ActionRejected: ("action_execution_rejected", "name", "policy", "confidence"),
    LoopSet: ("active_loop", "name"),
    LoopInterrupted: ("loop_interrupted", "is_interrupted"),
    UserFeaturized: ("user_featurization", "by_text"),
    EntitiesAdded: ("entities", "entities"),
    FollowupSet: ("followup", "name"),
    Restarted: ("restart",),
    SessionStarted: ("session_started",),
    ActionReverted: ("undo",),
    UserReverted: ("rewind",),
    Paused: ("pause",),
    Resumed: ("resume",),
    ReminderSet: ("reminder", "intent", "date_time", "entities", "name", "kill_on_user_message"),
    ReminderCancelled: ("cancel_reminder", "intent", "entities", "name"),
    StoryExported: ("export", "path"),
}
_WRITERS: Mapping[type[Event], tuple[str, Callable[[Event], tuple[Any, ...]]]] = {
    kind: (name, attrgetter("timestamp", "metadata", *values)) for kind, (name, *values) in _VALUES.items()
}
_READERS: Mapping[str, tuple[type[Event], tuple[str, ...]]] = {
    name: (kind, tuple(values)) for kind, (name, *values) in _VALUES.items()
}


def write_row(event: Event) -> Row:
    """Write an event. Of messages and of what was said empty parts are left out."""
    name, values = _WRITERS[type(event)]
    row = [name, *values(event)]
    row[2] = row[2] or None
    if isinstance(event, UserUttered):
        row[_PARSE_DATA] = _filled(event.parse_data)
    elif isinstance(event, BotUttered | AgentUttered):
        row[-1] = _filled(event.data)
    while row[-1] is None:
        row.pop()
    return row


def read_row(row: Row) -> Event:
    """Read an event. Raises `LookupError`, `TypeError` or `ValueError` for what `write_row` did not write."""
    name, timestamp, metadata, *values = row if len(row) >= _HEAD else [*row, None]
    kind, names = _READERS[name]
    fields = dict(zip(names, values, strict=False))  # what is None at the end is not there
    if kind is UserUttered:
        return read_user({"timestamp": timestamp, "metadata": metadata, **fields})
    if kind is EntitiesAdded:
        fields["entities"] = tuple(fields["entities"])
    return kind(timestamp=timestamp, metadata=metadata or {}, **fields)


def slim_row(row: Row) -> Row:
    """Leave out of a message what only the newest one is asked for."""
    if row[0] != "user" or len(row) <= _PARSE_DATA:
        return row
    parse_data = row[_PARSE_DATA]
    if parse_data is None or parse_data.keys().isdisjoint(_BULKY):
        return row
    slim = {name: part for name, part in parse_data.items() if name not in _BULKY}
    return [*row[:_PARSE_DATA], slim, *row[_PARSE_DATA + 1 :]]


def _filled(data: JsonObject) -> dict[str, Any] | None:
    return {name: part for name, part in data.items() if part} or None
