"""Actions that show what goes over the wire."""

from __future__ import annotations

import time
from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection


class ActionTell(Action):
    """Says in every way what it was shown."""

    def name(self) -> str:
        return "action_tell"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(text=f"{tracker.sender_id} {tracker.get_slot('size')}")
        dispatcher.utter_message(response="utter_greet", size="XL")
        dispatcher.utter_message(
            text="choose", buttons=[{"title": "A", "payload": "/a"}], json_message={"key": [1]}
        )
        return [
            SlotSet("note", f"{len(tracker.events)} events, {sorted(domain)}"),
            FollowupAction("action_listen"),
        ]


class ActionAwait(Action):
    """Is async, and returns nothing."""

    def name(self) -> str:
        return "action_await"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> None:
        dispatcher.utter_message(text=tracker.latest_message["text"])


class ActionRefuse(Action):
    def name(self) -> str:
        return "action_refuse"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ActionExecutionRejection(self.name())


class ActionCrash(Action):
    def name(self) -> str:
        return "action_crash"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ValueError("the password is hush")


class ActionDawdle(Action):
    def name(self) -> str:
        return "action_dawdle"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        time.sleep(1)
        return []


class ActionOdd(Action):
    """Returns what is no event beside one that is."""

    def name(self) -> str:
        return "action_odd"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return [None, {"name": "note"}, SlotSet("note", "kept")]


class ValidateOrderForm(FormValidationAction):
    def name(self) -> str:
        return "validate_order_form"

    async def required_slots(
        self, domain_slots: Any, dispatcher: Any, tracker: Any, domain: Any
    ) -> list[str]:
        return [*domain_slots, "vip"] if tracker.get_slot("size") == "XL" else domain_slots

    def validate_size(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if value not in ("L", "XL"):
            dispatcher.utter_message(text=f"no {value} here")
            return {"size": None}
        return {"size": value}

    async def extract_note(self, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"note": f"sent by {tracker.sender_id}"}
