"""What an action server would be sent, built by hand: a tracker, and the run of one action on it."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


def user_event(text: str, intent: str, **parse_data: Any) -> dict[str, Any]:
    parsed = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": [], **parse_data}
    return {"event": "user", "text": text, "parse_data": parsed}


def slot_event(name: str, value: object) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


def make_tracker(
    *events: dict[str, Any], slots: dict[str, Any] | None = None, active_loop: str | None = None
) -> Tracker:
    said = [event["parse_data"] for event in events if event["event"] == "user"]
    return Tracker(
        sender_id="customer-1",
        slots=slots or {},
        latest_message=said[-1] if said else {},
        events=list(events),
        paused=False,
        followup_action=None,
        active_loop={"name": active_loop} if active_loop else {},
        latest_action_name="action_listen",
    )


async def run_action(
    action: Action, tracker: Tracker, domain: dict[str, Any] | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the messages and the events of one run."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, domain or {})
    return dispatcher.messages, list(events or [])


def changes(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The slots that events set."""
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}
