"""What the pizzeria does."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher


class TotalOrder(Action):
    def name(self) -> str:
        return "action_total_order"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        order = [*(tracker.get_slot("total_order") or []), tracker.get_slot("pizza_type")]
        dispatcher.utter_message(text=f"{tracker.get_slot('pizza_amount')} {tracker.get_slot('pizza_type')}")
        return [
            SlotSet("total_order", order),
            SlotSet("ordered", True),
            SlotSet("pizza_type", None),
            SlotSet("pizza_amount", None),
            SlotSet("pizza_size", None),
        ]


class AskPizzaType(Action):
    def name(self) -> str:
        return "action_ask_pizza_type"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        kinds = ["margherita", "hawaii"]
        buttons = [{"title": kind, "payload": '/inform{"pizza_type":"' + kind + '"}'} for kind in kinds]
        dispatcher.utter_message(text="Which pizza", buttons=buttons)
        return []


class ValidateOrder(FormValidationAction):
    def name(self) -> str:
        return "validate_pizza_order_form"

    def validate_pizza_type(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        if isinstance(value, str) and value.startswith("t"):
            dispatcher.utter_message(text=f"We have no {value}")
            return {"pizza_type": None}
        return {"pizza_type": value}


class ChangeOrder(Action):
    def name(self) -> str:
        return "action_change_order"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        dispatcher.utter_message(text="All changed")
        return [AllSlotsReset(), SlotSet("ordered", False)]


class DeactivateLoop(Action):
    def name(self) -> str:
        return "action_deactivate_loop"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        dispatcher.utter_message(text="Never mind")
        return [ActiveLoop(None), SlotSet("requested_slot", None)]
