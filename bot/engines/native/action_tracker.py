"""The tracker as actions are shown it: the JSON that Rasa posts to its action server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.event_json import event_json
from bot.dialogue.whole_events import shown_event, whole_loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dialogue.moment import Moment
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject


def tracker_state(tracker: Tracker, sender_id: str, *, before: Sequence[JsonObject] = ()) -> dict[str, Any]:
    """Return Rasa's tracker state.

    `events` are those `before` the newest, which the tracker keeps itself; they end with what the
    action is called about, which is what validation of forms goes by.
    """
    now = tracker.live
    kind = "action_text" if now.action_is_text else "action_name"
    return {
        "sender_id": sender_id,
        "slots": dict(now.slots),
        "latest_message": _latest_message(now),
        "latest_event_time": tracker.log[-1].timestamp if tracker.log else None,
        "followup_action": now.followup,
        "paused": now.paused,
        "events": [*before, *(shown_event(event_json(event)) for event in tracker.log)],
        "latest_input_channel": tracker.books.input_channel,
        "active_loop": whole_loop(_active_loop(now)),
        "latest_action": {kind: now.action} if now.action else {},
        "latest_action_name": now.action,
    }


def _latest_message(now: Moment) -> dict[str, Any]:
    message = now.message
    if message is None:
        return {"intent": {}, "entities": [], "text": None, "message_id": None, "metadata": {}}
    return {
        "message_id": message.message_id,
        "metadata": dict(message.metadata),
        "intent": {"name": message.intent, "confidence": message.confidence},
        **message.parse_data,
        "text": message.text,
        "entities": [dict(entity) for entity in message.entities],
    }


def _active_loop(now: Moment) -> dict[str, Any]:
    loop = now.loop
    if loop is None:
        return {}
    return {
        "name": loop.name,
        "is_interrupted": loop.is_interrupted,
        "rejected": loop.rejected,
        "trigger_message": loop.trigger,
    }
