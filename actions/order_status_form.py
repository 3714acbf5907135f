"""What `order_status_form` needs: the check of the order number and the question for it."""

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.latest_intent import get_latest_intent
from actions.order_number import parse_order_number

MISSES_BEFORE_PERSON = 2


class ValidateOrderStatusForm(FormValidationAction):  # type: ignore[misc]  # rasa_sdk has no types
    """Checks what the customer gave as an order number."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "validate_order_status_form"

    async def validate_order_number(
        self, slot_value: object, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Normalise the number, or empty the slot and count a miss.

        Asking again where the order is ("so where is it?") is no miss: it was not meant as a number.
        """
        number = parse_order_number(str(slot_value))
        if number is not None:
            return {"order_number": number, "order_number_misses": 0.0}
        if get_latest_intent(tracker) == "ask_order_status":
            return {"order_number": None}
        misses = count_misses(tracker) + 1
        if misses < MISSES_BEFORE_PERSON:
            dispatcher.utter_message(response="utter_order_number_invalid")
        return {"order_number": None, "order_number_misses": float(misses)}


class ActionAskOrderNumber(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Asks for the order number; after two misses it offers a person as well."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_ask_order_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say the question that fits the number of misses so far."""
        if count_misses(tracker) < MISSES_BEFORE_PERSON:
            dispatcher.utter_message(response="utter_ask_order_number")
        else:
            dispatcher.utter_message(response="utter_order_number_offer_person")
        return []


def count_misses(tracker: Tracker) -> int:
    """Return how often this form was given something that is no order number."""
    return int(tracker.get_slot("order_number_misses") or 0)
