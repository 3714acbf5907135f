"""Events ↔ Rasa's event dicts."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

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
from bot.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.domain.json import JsonObject

# Per event name: the class, and its fields by their name in Rasa's JSON.
_FIELDS: dict[str, tuple[type[Event], dict[str, str]]] = {
    "bot": (BotUttered, {"text": "text", "data": "data"}),
    "agent": (AgentUttered, {"text": "text", "data": "data"}),
    "slot": (SlotSet, {"name": "name", "value": "value"}),
    "reset_slots": (SlotsReset, {}),
    "action": (
        ActionExecuted,
        {
            "name": "name",
            "policy": "policy",
            "confidence": "confidence",
            "action_text": "text",
            "hide_rule_turn": "hidden",
        },
    ),
    "action_execution_rejected": (
        ActionRejected,
        {"name": "name", "policy": "policy", "confidence": "confidence"},
    ),
    "active_loop": (LoopSet, {"name": "name"}),
    "loop_interrupted": (LoopInterrupted, {"is_interrupted": "is_interrupted"}),
    "user_featurization": (UserFeaturized, {"use_text_for_featurization": "by_text"}),
    "followup": (FollowupSet, {"name": "name"}),
    "restart": (Restarted, {}),
    "session_started": (SessionStarted, {}),
    "undo": (ActionReverted, {}),
    "rewind": (UserReverted, {}),
    "pause": (Paused, {}),
    "resume": (Resumed, {}),
    "reminder": (
        ReminderSet,
        {
            "intent": "intent",
            "date_time": "date_time",
            "entities": "entities",
            "name": "name",
            "kill_on_user_msg": "kill_on_user_message",
        },
    ),
    "cancel_reminder": (
        ReminderCancelled,
        {"intent": "intent", "entities": "entities", "name": "name"},
    ),
    "export": (StoryExported, {"path": "path"}),
}
# Those that are read by functions of their own.
_READ_APART: dict[str, tuple[type[Event], dict[str, str]]] = {
    "user": (UserUttered, {name: name for name in ("text", "parse_data", "input_channel", "message_id")}),
    "entities": (EntitiesAdded, {"entities": "entities"}),
}
_HEAD = ("timestamp", "metadata")
# Per class: its event name, the names in Rasa's JSON, and what reads the fields in the same order.
_WRITERS: dict[type[Event], tuple[str, tuple[str, ...], Callable[[Event], tuple[Any, ...]]]] = {
    kind: (name, (*_HEAD, *fields), attrgetter(*_HEAD, *fields.values()))
    for name, (kind, fields) in (*_FIELDS.items(), *_READ_APART.items())
}


def parse_event(data: Mapping[str, Any]) -> Event:
    """Read one of Rasa's event dicts. Raises `ActionError` for anything else."""
    name = data.get("event")
    special = _SPECIAL.get(str(name))
    if special is not None:
        return special(data)
    if name not in _FIELDS:
        message = f"unknown event {name!r}"
        raise ActionError(message)
    kind, fields = _FIELDS[name]
    # Absent and null mean "the default" wherever the default is not None.
    values = {ours: data[theirs] for theirs, ours in fields.items() if data.get(theirs) is not None}
    try:
        return kind(**_envelope(data), **values)
    except TypeError as error:
        message = f"event {name!r} lacks a field"
        raise ActionError(message) from error


def event_json(event: Event) -> dict[str, Any]:
    """Write an event as Rasa's event dict."""
    name, names, values = _WRITERS[type(event)]
    data: dict[str, Any] = {"event": name, **dict(zip(names, values(event), strict=True))}
    data["metadata"] = dict(event.metadata)
    if isinstance(event, EntitiesAdded):
        data["entities"] = list(event.entities)
    return data


def user_event(
    parse_data: JsonObject,
    *,
    input_channel: str | None = None,
    message_id: str | None = None,
    metadata: JsonObject | None = None,
    timestamp: float = 0.0,
) -> UserUttered:
    """Build the event of a user message from Rasa's parse result (`text`, `intent`, `entities`, …)."""
    return read_user(
        {
            "text": parse_data.get("text"),
            "parse_data": parse_data,
            "input_channel": input_channel,
            "message_id": message_id,
            "metadata": metadata,
            "timestamp": timestamp,
        },
    )


def _envelope(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"timestamp": data.get("timestamp") or 0.0, "metadata": data.get("metadata") or {}}


def read_user(data: Mapping[str, Any]) -> UserUttered:
    """Read the event dict of a user message, whose fields may all be missing."""
    parse_data = data.get("parse_data") or {}
    intent = parse_data.get("intent") or {}
    text, name = data.get("text"), intent.get("name")
    return UserUttered(
        **_envelope(data),
        text=text,
        intent=name,
        confidence=intent.get("confidence", 1.0) or 0.0,  # none is told of a trigger: it is certain
        entities=tuple(parse_data.get("entities") or ()),
        parse_data=parse_data,
        input_channel=data.get("input_channel"),
        message_id=data.get("message_id"),
        by_text=None if bool(text) == bool(name) else bool(text),
    )


def _parse_entities(data: Mapping[str, Any]) -> Event:
    return EntitiesAdded(**_envelope(data), entities=tuple(data.get("entities") or ()))


def _parse_form(data: Mapping[str, Any]) -> Event:
    """Read `form`, what `active_loop` was called before Rasa 2.0."""
    return LoopSet(**_envelope(data), name=data.get("name"))


def _parse_form_validation(data: Mapping[str, Any]) -> Event:
    """Read `form_validation`, what `loop_interrupted` was called; its flag means the opposite."""
    return LoopInterrupted(**_envelope(data), is_interrupted=not data.get("validate", True))


_SPECIAL: dict[str, Callable[[Mapping[str, Any]], Event]] = {
    "user": read_user,
    "entities": _parse_entities,
    "form": _parse_form,
    "form_validation": _parse_form_validation,
}
