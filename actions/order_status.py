"""`action_order_status`: where an order stands, from the order book."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.hand_over import hand_over
from actions.handoff_payload import ORDER_NOT_FOUND
from actions.order_book import Order, find_order
from actions.order_slots import TRIES, count_misses, forget_order, get_text


class ActionOrderStatus(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Ends `order_status_form`: tells where the order stands, and empties the form.

    Without the order's own email nothing is told, not even whether there is such an order: numbers are
    easily guessed.
    """

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_order_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say the order's state, or that there is none; after three tries fetch a person."""
        number, email = get_text(tracker, "order_number"), get_text(tracker, "email")
        order = find_order(number, email)
        if order is not None:
            _tell(dispatcher, order)
            return forget_order(tracker)
        # The form gave up by itself when it holds neither.
        misses = count_misses(tracker) + (1 if number and email else 0)
        if misses >= TRIES:
            return hand_over(dispatcher, tracker, ORDER_NOT_FOUND)
        dispatcher.utter_message(response="utter_order_unknown", order_number=number)
        return forget_order(tracker, misses=misses)


def _tell(dispatcher: CollectingDispatcher, order: Order) -> None:
    dispatcher.utter_message(
        response=f"utter_order_{order.state.value}",
        order_number=order.number,
        items=order.items,
        since=order.since,
        expected=order.expected,
        carrier=order.carrier,
        tracking=order.tracking,
        note=order.note,
    )
