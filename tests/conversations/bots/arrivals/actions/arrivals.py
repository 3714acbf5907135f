"""A session start that says and sets something, and nothing about the session; and a counter."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import EventType, SlotSet


class SessionStart(Action):
    """Opens the door."""

    def name(self) -> str:
        return "action_session_start"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        dispatcher.utter_message(text=f"Come in. You had {tracker.get_slot('nights')} nights")
        return [SlotSet("arrived", True)]


class Stay(Action):
    """Counts the nights."""

    def name(self) -> str:
        return "action_stay"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        return [SlotSet("nights", (tracker.get_slot("nights") or 0) + 1)]
