"""`action_default_fallback`: the bot asked twice and still does not understand, so a person takes over."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import UserUtteranceReverted
from rasa_sdk.executor import CollectingDispatcher

from actions.hand_over import hand_over
from actions.handoff_payload import NOT_UNDERSTOOD


class ActionDefaultFallback(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Replaces Rasa's fallback, which only apologises, by a handoff."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_default_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Hand over, and take the text nobody understood out of the dialogue as Rasa's fallback does."""
        return [UserUtteranceReverted(), *hand_over(dispatcher, tracker, NOT_UNDERSTOOD)]
