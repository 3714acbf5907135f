"""What is wrong with an event dict that somebody else wrote. Ours are right by construction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.json import Json


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def _is_map(value: Json) -> bool:
    return isinstance(value, Mapping)


def _is_entities(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, Mapping) and isinstance(each.get("entity"), str) and "value" in each
        for each in value
    )


def _is_intent(value: Json) -> bool:
    return (
        isinstance(value, Mapping)
        and (value.get("name") is None or _is_text(value["name"]))
        and (value.get("confidence") is None or _is_number(value["confidence"]))
    )


def _is_parse_data(value: Json) -> bool:
    return (
        isinstance(value, Mapping)
        and (value.get("text") is None or _is_text(value["text"]))
        and (value.get("intent") is None or _is_intent(value["intent"]))
        and (value.get("entities") is None or _is_entities(value["entities"]))
    )


# A field is called the same, and means the same, in whatever event it stands. Absent and null are well.
_FIELDS: dict[str, tuple[str, Callable[[Json], bool]]] = {
    "timestamp": ("a number", _is_number),
    "metadata": ("an object", _is_map),
    "data": ("an object", _is_map),
    "parse_data": (
        "an object with `intent` {name, confidence} and `entities` [{entity, value}]",
        _is_parse_data,
    ),
    "confidence": ("a number", _is_number),
    "hide_rule_turn": ("true or false", _is_flag),
    "is_interrupted": ("true or false", _is_flag),
    "use_text_for_featurization": ("true or false", _is_flag),
    "kill_on_user_msg": ("true or false", _is_flag),
    **dict.fromkeys(
        (
            "name",
            "text",
            "input_channel",
            "message_id",
            "policy",
            "action_text",
            "intent",
            "date_time",
            "path",
        ),
        ("a string", _is_text),
    ),
}
_REQUIRED: dict[str, tuple[str, ...]] = {
    "slot": ("name", "value"),
    "entities": ("entities",),
    "reminder": ("intent", "date_time"),
    "action_execution_rejected": ("name",),
}
_NEVER_NULL = frozenset({"name", "intent", "date_time"})


def find_event_problem(event: Json) -> str | None:
    """Say what is wrong with one of Rasa's event dicts, None where nothing is; its name is not looked up."""
    if not isinstance(event, Mapping):
        return "an event is an object"
    name = event.get("event")
    if not isinstance(name, str):
        return "`event`, the event's name, is missing"
    for field in _REQUIRED.get(name, ()):
        if field not in event or (field in _NEVER_NULL and event[field] is None):
            return f"`{field}` of a `{name}` event is missing"
    if name == "entities" and not _is_entities(event["entities"]):
        return "`entities` should be a list of objects with `entity` and `value`"
    for field, (wanted, check) in _FIELDS.items():
        value = event.get(field)
        if value is not None and not check(value):
            return f"`{field}` should be {wanted}"
    return None
