"""What the helpdesk does."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import (
    ActiveLoop,
    ConversationPaused,
    EventType,
    FollowupAction,
    SlotSet,
    UserUtteranceReverted,
)


class Lost(Action):
    def name(self) -> str:
        return "action_lost"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        dispatcher.utter_message(text="I am lost.")
        return [UserUtteranceReverted()]


class OpenIncident(Action):
    def name(self) -> str:
        return "action_open_incident"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        dispatcher.utter_message(
            text=f"Incident of {tracker.get_slot('email')}: {tracker.get_slot('problem')}"
        )
        return [SlotSet(name, None) for name in ("priority", "problem", "confirmed")]


class HandOver(Action):
    def name(self) -> str:
        return "action_hand_over"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        dispatcher.utter_message(
            text="A person takes over.", json_message={"transfer": tracker.sender_id[:0]}
        )
        return [SlotSet("handed_over", True), ConversationPaused()]


class Switch(Action):
    def name(self) -> str:
        return "action_switch"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        if tracker.active_loop_name:
            return [ActiveLoop(None), SlotSet("requested_slot", None), FollowupAction("status_form")]
        return [FollowupAction("reset_form")]


class ValidateResetForm(FormValidationAction):
    def name(self) -> str:
        return "validate_reset_form"

    def validate_email(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if "this" in str(value):
            dispatcher.utter_message(text="That is no address.")
            return {"email": None}
        return {"email": str(value).lower()}

    def validate_confirmed(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"confirmed": value} if value else {"confirmed": None, "email": None}


class AskAffirmation(Action):
    def name(self) -> str:
        return "action_default_ask_affirmation"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        ranking = [each["name"] for each in tracker.latest_message.get("intent_ranking", [])]
        buttons = [{"title": name, "payload": f"/{name}"} for name in ranking[1:]]
        dispatcher.utter_message(
            text="Which?", buttons=[*buttons, {"title": "none", "payload": "/out_of_scope"}]
        )
        return []


class AskRephrase(Action):
    def name(self) -> str:
        return "action_default_ask_rephrase"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        dispatcher.utter_message(response="utter_rephrase")
        return []
