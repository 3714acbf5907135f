"""A session start of the project's own, and a counter."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet


class SessionStart(Action):
    """Keeps the name, says where the customer came from."""

    def name(self) -> str:
        return "action_session_start"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        metadata = tracker.get_slot("session_started_metadata")
        dispatcher.utter_message(text=f"Welcome {metadata}")
        kept = [SlotSet("name", tracker.get_slot("name"))] if tracker.get_slot("name") else []
        return [SessionStarted(), *kept, ActionExecuted("action_listen")]


class Count(Action):
    """Counts."""

    def name(self) -> str:
        return "action_count"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        return [SlotSet("visits", (tracker.get_slot("visits") or 0) + 1)]
