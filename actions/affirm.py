"""`action_affirm`: a yes, which may answer "Did you mean …?"."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, SlotSet, UserUttered
from rasa_sdk.executor import CollectingDispatcher

from actions.intent_phrases import INTENT_PHRASES


class ActionAffirm(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Takes a typed yes to "Did you mean …?" for the intent that was asked about, as its button would."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_affirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Continue with the suggested intent, or ask what the yes is about."""
        suggested = _get_suggestion(tracker)
        if suggested is None:
            dispatcher.utter_message(response="utter_affirm")
            return [SlotSet("suggested_intent", None)]
        said = {"intent": {"name": suggested, "confidence": 1.0}, "entities": [], "text": f"/{suggested}"}
        return [
            SlotSet("suggested_intent", None),
            ActionExecuted("action_listen"),
            UserUttered(f"/{suggested}", parse_data=said),
        ]


def _get_suggestion(tracker: Tracker) -> str | None:
    """Return the intent that the bot asked about just before this yes.

    It is read from the events: when the two-stage fallback ends, it rewinds the slot away.
    """
    for event in reversed(tracker.events):
        if event["event"] == "slot" and event["name"] == "suggested_intent":
            value = event["value"]
            return value if isinstance(value, str) and value in INTENT_PHRASES else None
        if event["event"] == "user" and _get_intent(event) != "affirm":
            return None
    return None


def _get_intent(event: dict[str, Any]) -> str | None:
    parsed = event.get("parse_data")
    intent = parsed.get("intent") if isinstance(parsed, dict) else None
    name = intent.get("name") if isinstance(intent, dict) else None
    return None if name is None else str(name)
