"""What is compared after each turn. Read by both sides, so it imports nothing of either."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WRITTEN = {
    "slot": ("name", "value"),
    "active_loop": ("name",),
    "loop_interrupted": ("is_interrupted",),
    "user_featurization": ("use_text_for_featurization",),
    "followup": ("name",),
    "action_execution_rejected": ("name",),
    "entities": ("entities",),
    "reminder": ("intent", "entities", "name", "kill_on_user_msg"),
    "cancel_reminder": (),  # Rasa writes nothing of it down
}


def observe(
    *,
    events: Sequence[Mapping[str, Any]],
    replies: Sequence[Mapping[str, Any]],
    slots: Mapping[str, Any],
    loop: str | None,
    paused: bool,
    action: str | None,
    followup: str | None,
) -> dict[str, Any]:
    """Return a turn's events, in short, its replies, and where it left the conversation."""
    return {
        "events": [sketch(event) for event in events],
        "replies": [dict(reply) for reply in replies],
        "slots": dict(slots),
        "requested": slots.get("requested_slot"),
        "loop": loop,
        "paused": paused,
        "action": action,
        "followup": followup,
    }


def sketch(event: Mapping[str, Any]) -> list[Any]:
    """Return an event as a short list: what both must agree on."""
    name = event["event"]
    if name == "action":
        return [name, *_action(event)]
    if name == "user":
        parse = event.get("parse_data") or {}
        intent = (parse.get("intent") or {}).get("name")
        found = [[entity.get("entity"), entity.get("value")] for entity in parse.get("entities") or ()]
        return [name, event.get("text"), intent, found]
    if name == "bot":
        data = {key: value for key, value in (event.get("data") or {}).items() if value}
        return [name, event.get("text"), data, (event.get("metadata") or {}).get("utter_action")]
    return [name, *(event.get(key) for key in _WRITTEN.get(name, ()))]


def _action(event: Mapping[str, Any]) -> list[Any]:
    policy = str(event.get("policy") or "").rpartition("_")[2]  # Rasa numbers them: policy_1_RulePolicy
    said = event.get("name") or event.get("action_text")
    return [said, event.get("confidence"), bool(event.get("hide_rule_turn")), policy]


def plain(value: Any) -> Any:
    """Return a value as it is after being written as JSON and read again."""
    return json.loads(written(value))


def written(value: Any) -> str:
    """Return a value as JSON."""
    return json.dumps(value)
