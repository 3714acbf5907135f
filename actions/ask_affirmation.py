"""`action_default_ask_affirmation`: asks whether a doubtful reading was right, in human words."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.intent_phrases import INTENT_PHRASES

# Below this a guess is noise, and asking about it makes the bot look foolish.
LEAST_CONFIDENCE = 0.25

NO_BUTTON = {"title": "No, something else", "payload": "/out_of_scope"}
PERSON_BUTTON = {"title": "Talk to a person", "payload": "/ask_for_person"}


class ActionDefaultAskAffirmation(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Replaces Rasa's question, which shows the customer an intent's technical name.

    The intent asked about is kept in slot `suggested_intent`, so that `action_affirm` understands a
    typed "yes" as well as the button.
    """

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_default_ask_affirmation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Ask about the likeliest intent that has a phrase; without one, ask for other words."""
        intent = _get_likeliest(tracker.latest_message)
        if intent is None:
            dispatcher.utter_message(response="utter_ask_affirmation_open", buttons=[PERSON_BUTTON])
        else:
            dispatcher.utter_message(
                response="utter_ask_affirmation",
                suggestion=INTENT_PHRASES[intent],
                buttons=[{"title": "Yes", "payload": f"/{intent}"}, NO_BUTTON, PERSON_BUTTON],
            )
        return [SlotSet("suggested_intent", intent)]


def _get_likeliest(latest_message: dict[str, Any]) -> str | None:
    ranking = latest_message.get("intent_ranking")
    for guess in ranking if isinstance(ranking, list) else []:
        if isinstance(guess, dict) and guess.get("name") in INTENT_PHRASES:
            return str(guess["name"]) if _get_confidence(guess) >= LEAST_CONFIDENCE else None
    return None


def _get_confidence(guess: dict[str, Any]) -> float:
    confidence = guess.get("confidence")
    return confidence if isinstance(confidence, float | int) else 0.0
