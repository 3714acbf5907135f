"""What the bank does."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker, ValidationAction
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher


class FindVendor(Action):
    def name(self) -> str:
        return "action_find_vendor"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        text = str(tracker.latest_message.get("text"))
        found = [SlotSet("vendor_name", "Berlin")] if "Berlin" in text else []
        before = tracker.get_slot("repeated")
        return [*found, SlotSet("repeated", before + 1 if isinstance(before, int | float) else 1)]


class ValidateSlotMappings(ValidationAction):
    def validate_time(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        return {"time": None if value == "this" else str(value).upper()}

    def validate_credit_card(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        if value == "something":
            dispatcher.utter_message(text="No such card")
            return {"credit_card": None}
        return {"credit_card": value}


class ValidateTransfer(FormValidationAction):
    def name(self) -> str:
        return "validate_transfer_money_form"

    async def validate_PERSON(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        return {"PERSON": value if len(str(value)) > 3 else None}

    async def validate_zz_confirm_form(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        return {"zz_confirm_form": value}


class AskAmount(Action):
    def name(self) -> str:
        return "action_ask_amount-of-money"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        dispatcher.utter_message(text=f"How much of {tracker.get_slot('account_balance')}")
        return []


class Transfer(Action):
    def name(self) -> str:
        return "action_transfer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        return [
            SlotSet("account_balance", 0),
            SlotSet("PERSON", None),
            SlotSet("amount-of-money", None),
            SlotSet("zz_confirm_form", None),
            SlotSet("previous_form", {"form": "transfer_money_form"}),
        ]


class Pay(Action):
    def name(self) -> str:
        return "action_pay"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        done = tracker.get_slot("zz_confirm_form")
        dispatcher.utter_message(response="utter_done" if done else "utter_not_done")
        return [SlotSet(name, None) for name in ("credit_card", "amount-of-money", "time", "zz_confirm_form")]


class ShowBalance(Action):
    def name(self) -> str:
        return "action_show_balance"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        dispatcher.utter_message(text=f"{tracker.get_slot('account_balance')} {tracker.active_loop_name}")
        if tracker.active_loop_name:
            return [FollowupAction(tracker.active_loop_name)]
        return []


class SwitchBack(Action):
    def name(self) -> str:
        return "action_switch_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        return [FollowupAction("action_listen")]


class Fail(Action):
    def name(self) -> str:
        return "action_fail"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[EventType]:
        raise KeyError("nothing there")
