"""The actions of `recordings/actions`: each does one thing an action may do to a dialogue."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, ValidationAction
from rasa_sdk.events import (
    AllSlotsReset,
    ConversationPaused,
    FollowupAction,
    SlotSet,
    UserUtteranceReverted,
)
from rasa_sdk.interfaces import ActionExecutionRejection

Events = list[dict[str, Any]]
MANY = 5


class ValidateTripForm(FormValidationAction):  # type: ignore[misc]  # rasa_sdk has no types
    """Judges values, and asks for one slot more when there are many."""

    def name(self) -> str:
        return "validate_trip_form"

    async def required_slots(
        self, domain_slots: list[str], _dispatcher: Any, tracker: Any, _domain: Any
    ) -> list[str]:
        number = tracker.get_slot("num")
        return [*domain_slots, "extra"] if isinstance(number, float) and number > MANY else domain_slots

    async def validate_city(self, value: str, dispatcher: Any, _tracker: Any, _domain: Any) -> dict[str, Any]:
        if value == "Nowhere":
            dispatcher.utter_message(text="no such city")
            return {"city": None}
        return {"city": str(value).title()}

    def validate_num(self, value: str, dispatcher: Any, _tracker: Any, _domain: Any) -> dict[str, Any]:
        try:
            return {"num": float(value)}
        except ValueError:
            dispatcher.utter_message(text="bad num")
            return {"num": None}


class FindMail(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Fills a slot of a custom mapping; its follow-up is not allowed there and is dropped."""

    def name(self) -> str:
        return "action_find_mail"

    def run(self, _dispatcher: Any, tracker: Any, _domain: Any) -> Events:
        for entity in tracker.latest_message["entities"]:
            if entity["entity"] == "mail":
                count = (tracker.get_slot("count") or 0) + 1
                return [
                    SlotSet("mail", entity["value"]),
                    SlotSet("count", count),
                    FollowupAction("utter_third"),
                ]
        return []


class ValidateSlotMappings(ValidationAction):  # type: ignore[misc]  # rasa_sdk has no types
    """Refuses one city, and says so."""

    async def validate_city(self, value: str, dispatcher: Any, _tracker: Any, _domain: Any) -> dict[str, Any]:
        if value == "Spam":
            dispatcher.utter_message(text="spam!")
            return {"city": None}
        return {"city": value}


class Follow(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Says everything that can be said, and what comes next."""

    def name(self) -> str:
        return "action_follow"

    async def run(self, dispatcher: Any, _tracker: Any, _domain: Any) -> Events:
        dispatcher.utter_message(response="utter_param", x=5, buttons=[{"title": "own", "payload": "/own"}])
        dispatcher.utter_message(text="a\n\nb", image="http://i", json_message={"k": [1]})
        return [FollowupAction("utter_third"), SlotSet("count", 1)]


class Reject(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Never wants to run."""

    def name(self) -> str:
        return "action_reject"

    async def run(self, _dispatcher: Any, _tracker: Any, _domain: Any) -> Events:
        raise ActionExecutionRejection(self.name())


class Wipe(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Resets all slots, then sets one."""

    def name(self) -> str:
        return "action_wipe"

    async def run(self, _dispatcher: Any, _tracker: Any, _domain: Any) -> Events:
        return [AllSlotsReset(), SlotSet("mood", "bad")]


class Revert(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Takes two messages back, and says what comes next."""

    def name(self) -> str:
        return "action_revert"

    async def run(self, _dispatcher: Any, _tracker: Any, _domain: Any) -> Events:
        return [UserUtteranceReverted(), UserUtteranceReverted(), FollowupAction("utter_second")]


class AskNum(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Asks for a form's slot, telling what it is shown of the conversation."""

    def name(self) -> str:
        return "action_ask_num"

    async def run(self, dispatcher: Any, tracker: Any, _domain: Any) -> Events:
        shown = (
            tracker.get_slot("requested_slot"),
            tracker.active_loop.get("name"),
            tracker.latest_action_name,
        )
        dispatcher.utter_message(text=f"num? {shown}")
        return [SlotSet("count", (tracker.get_slot("count") or 0) + 1)]


class Say(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Tells a slot and the intent."""

    def name(self) -> str:
        return "action_say"

    async def run(self, dispatcher: Any, tracker: Any, _domain: Any) -> Events:
        intent = tracker.latest_message["intent"].get("name")
        dispatcher.utter_message(text=f"{tracker.get_slot('mood')} {intent}")
        return []


class Pause(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Silences the bot."""

    def name(self) -> str:
        return "action_pause"

    async def run(self, _dispatcher: Any, _tracker: Any, _domain: Any) -> Events:
        return [ConversationPaused()]


def make_actions() -> dict[str, Any]:
    """Return all of them by name."""
    kinds = (
        ValidateTripForm,
        FindMail,
        ValidateSlotMappings,
        Follow,
        Reject,
        Wipe,
        Revert,
        AskNum,
        Say,
        Pause,
    )
    return {action.name(): action for action in (kind() for kind in kinds)}
