"""How events are written down in recordings: what Rasa and we must agree on, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_WRITTEN = {
    "slot": ("name", "value"),
    "active_loop": ("name",),
    "loop_interrupted": ("is_interrupted",),
    "user_featurization": ("use_text_for_featurization",),
    "followup": ("name",),
    "bot": ("text",),
    "action_execution_rejected": ("name",),
}


def sketch(event: Mapping[str, Any]) -> list[Any]:
    """Return an event as a short list. A predicted action tells its confidence and whether it is hidden."""
    name = event["event"]
    if name != "action":
        return [name, *(event[key] for key in _WRITTEN.get(name, ()))]
    action = event["name"] or event.get("action_text")
    return [name, action, event["confidence"], bool(event.get("hide_rule_turn"))]
