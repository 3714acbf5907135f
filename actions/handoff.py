"""`action_handoff`: a person takes over."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.hand_over import hand_over
from actions.handoff_payload import get_reason
from actions.latest_intent import get_latest_intent


class ActionHandoff(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Fetches a person for the reason that the latest intent stands for."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handoff"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Hand over."""
        return hand_over(dispatcher, tracker, get_reason(get_latest_intent(tracker)))
