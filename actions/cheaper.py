"""`action_cheaper`: the least expensive product of the kind being talked about."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.product_topic import find_topic_kind


class ActionCheaper(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Answers "anything cheaper?" wherever it is asked; without a kind in the air, with all prices."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_cheaper"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say the least expensive one, or the price list."""
        kind = find_topic_kind(tracker)
        dispatcher.utter_message(response=f"utter_cheaper_{kind.value}" if kind else "utter_price_list")
        return []
