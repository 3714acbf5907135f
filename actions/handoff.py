"""`action_handoff`: a person takes over."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, ConversationPaused, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff_payload import create_handoff_payload, get_reason
from actions.latest_intent import get_latest_intent


class ActionHandoff(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Says that a person will answer, asks for that person, and silences the bot.

    It leaves the dialogue ready for the day the bot is given the conversation back: a form that was
    running ends, and the bot listens. A paused Rasa does not listen by itself, and would then take the
    customer's next message for something it does not understand.
    """

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handoff"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Hand off for the reason that the latest intent stands for."""
        reason = get_reason(get_latest_intent(tracker))
        dispatcher.utter_message(response="utter_handoff")
        dispatcher.utter_message(json_message=create_handoff_payload(tracker, reason))
        return [*_end_form(tracker), ActionExecuted("action_listen"), ConversationPaused()]


def _end_form(tracker: Tracker) -> list[dict[str, Any]]:
    if not (tracker.active_loop or {}).get("name"):
        return []
    return [ActiveLoop(None), SlotSet("requested_slot", None)]
