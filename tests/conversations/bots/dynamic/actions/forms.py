"""Validators that decide what is asked."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, EventType, SlotSet


class ValidatePizzaForm(FormValidationAction):
    """Asks more of large pizzas, refuses pineapple, takes a budget out of any message."""

    def name(self) -> str:
        return "validate_pizza_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: Any, tracker: Any, domain: Any
    ) -> list[str]:
        slots = list(domain_slots)
        if tracker.get_slot("size") == "large":
            slots.insert(1, "extra")
        if tracker.get_slot("wants_more"):
            slots.append("colour")
        return [*slots, "budget"] if "cheap" in (tracker.get_slot("topping") or []) else slots

    async def extract_budget(self, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        amounts = list(tracker.get_latest_entity_values("amount"))
        return {"budget": amounts[-1]} if amounts else {}

    def validate_topping(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if "pineapple" in value:
            dispatcher.utter_message(text="No pineapple.")
            return {"topping": None, "extra": "no fruit"}
        if "everything" in value:
            return {"topping": value, "size": "large", "requested_slot": "colour"}
        return {"topping": value}

    async def validate_size(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if value == "medium":
            dispatcher.utter_message(response="utter_chitchat")
        return {"size": value if value in ("small", "medium", "large") else None}

    def validate_extra(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if value == "12":
            raise ValueError("no numbers")
        return {"extra": str(value)[:20]}

    def validate_colour(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"colour": value, "wants_more": False}


class ValidateSurveyForm(FormValidationAction):
    """Has no fixed slots: what was said decides what is asked, and when it is enough."""

    def name(self) -> str:
        return "validate_survey_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: Any, tracker: Any, domain: Any
    ) -> list[str]:
        return ["rating"] if tracker.get_slot("rating") in ("3.5", 1, None) else ["rating", "comment"]

    async def extract_comment(self, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if tracker.get_slot("requested_slot") != "comment":
            return {}
        return {"comment": tracker.latest_message.get("text")}

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        intent = tracker.get_intent_of_latest_message()
        if intent == "deny":
            return [ActiveLoop(None)]
        if intent == "skip":
            return [SlotSet("requested_slot", None), SlotSet("rating", "skipped")]
        if intent == "affirm":
            return [ActionExecutionRejected("survey_form")]
        return await super().run(dispatcher, tracker, domain)


class AskTopping(Action):
    """Asks for a topping, and sets a slot meanwhile."""

    def name(self) -> str:
        return "action_ask_topping"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        dispatcher.utter_message(
            text=f"Topping for {tracker.get_slot('size')}?", buttons=[{"title": "Ham", "payload": "/inform"}]
        )
        return [SlotSet("colour", "red")] if tracker.get_slot("size") == "medium" else []


class AskExtra(Action):
    """Asks for an extra."""

    def name(self) -> str:
        return "action_ask_pizza_form_extra"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        dispatcher.utter_message(text=f"Extra? {tracker.active_loop_name} {tracker.latest_action_name}")
        return []


class Sum(Action):
    """Sums up, and empties what was ordered."""

    def name(self) -> str:
        return "action_sum"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        filled = sorted(name for name, value in tracker.slots.items() if value is not None)
        dispatcher.utter_message(text=" ".join(filled))
        return [SlotSet(name, None) for name in ("size", "topping", "extra", "wants_more", "colour")]
