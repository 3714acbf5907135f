"""What `order_status_form` needs: the checks of its slots, the questions for them, and leaving it."""

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.email_address import parse_email
from actions.latest_intent import get_latest_intent
from actions.order_number import parse_order_number
from actions.order_slots import TRIES, count_misses, forget_order

MISSES_BEFORE_OFFER = TRIES - 1


class ValidateOrderStatusForm(FormValidationAction):  # type: ignore[misc]  # rasa_sdk has no types
    """Checks what the customer gave as an order number and as the email of the order."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "validate_order_status_form"

    async def validate_order_number(
        self, slot_value: object, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Normalise the number, or empty the slot and count a miss."""
        said = str(slot_value)
        number = parse_order_number(said)
        if number is not None:
            return {"order_number": number}
        if _is_something_else(tracker, said):
            return {"order_number": None}
        return {"order_number": None, **_miss(dispatcher, tracker, "utter_order_number_invalid")}

    async def validate_email(
        self, slot_value: object, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Normalise the address, or empty the slot and count a miss."""
        said = str(slot_value)
        email = parse_email(said)
        if email is not None:
            return {"email": email}
        if _is_something_else(tracker, said):
            return {"email": None}
        return {"email": None, **_miss(dispatcher, tracker, "utter_email_invalid")}


def _is_something_else(tracker: Tracker, said: str) -> bool:
    """Tell what is no miss: the question asked again ("so where is it?"), or the form's other answer."""
    asked_again = get_latest_intent(tracker) == "ask_order_status"
    return asked_again or parse_order_number(said) is not None or parse_email(said) is not None


def _miss(dispatcher: CollectingDispatcher, tracker: Tracker, explanation: str) -> dict[str, Any]:
    """Count a miss. The first is explained, after the second a person is offered, the third ends the form."""
    misses = count_misses(tracker) + 1
    if misses < MISSES_BEFORE_OFFER:
        dispatcher.utter_message(response=explanation)
    given_up = {"requested_slot": None} if misses >= TRIES else {}
    return {"order_misses": float(misses), **given_up}


class ActionAskOrderNumber(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Asks for the order number; after two misses it offers a person as well."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_ask_order_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say the question that fits the number of misses so far."""
        _ask(dispatcher, tracker, "utter_ask_order_number", offer="utter_order_number_offer_person")
        return []


class ActionAskEmail(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Asks for the email address of the order; after two misses it offers a person as well."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_ask_email"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say the question that fits the number of misses so far."""
        _ask(dispatcher, tracker, "utter_ask_email", offer="utter_email_offer_person")
        return []


def _ask(dispatcher: CollectingDispatcher, tracker: Tracker, question: str, *, offer: str) -> None:
    offered = count_misses(tracker) >= MISSES_BEFORE_OFFER
    dispatcher.utter_message(response=offer if offered else question)


class ActionLeaveOrderForm(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Ends the form before it has what it needs, and forgets what it had."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_leave_order_form"

    async def run(
        self, _dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """End the form; the misses stay counted, or leaving would buy new tries."""
        return [
            ActiveLoop(None),
            SlotSet("requested_slot", None),
            *forget_order(tracker, misses=count_misses(tracker)),
        ]
