"""`action_order_status`: where an order stands, from the order book."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.order_book import Order, get_order


class ActionOrderStatus(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Tells where the order in slot `order_number` stands, then frees the slot for another one."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_order_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say the order's state; the number stays known as `last_order_number`."""
        number = str(tracker.get_slot("order_number") or "")
        order = get_order(number)
        if order is None:
            dispatcher.utter_message(response="utter_order_unknown", order_number=number)
            return [SlotSet("order_number", None)]
        _tell(dispatcher, order)
        return [SlotSet("order_number", None), SlotSet("last_order_number", number)]


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
