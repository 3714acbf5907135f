"""Books, who has them, and what of a visitor's words is to be believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa_sdk import Action, ValidationAction
from rasa_sdk.events import SlotSet
from rasa_sdk.knowledge_base.actions import ActionQueryKnowledgeBase
from rasa_sdk.knowledge_base.storage import InMemoryKnowledgeBase

BOOKS = Path(__file__).with_name("books.json")


class Shelf(InMemoryKnowledgeBase):
    """Lists what is asked for in the order of the shelf, where the base class shuffles."""

    async def get_objects(self, object_type: str, attributes: Any, limit: int = 5) -> list[Any]:
        found = self.data.get(object_type) or []
        wanted = {attribute["name"]: attribute["value"] for attribute in attributes}
        return [each for each in found if all(each.get(key) == wanted[key] for key in wanted)][:limit]


class ActionQueryShelf(ActionQueryKnowledgeBase):
    def __init__(self) -> None:
        super().__init__(Shelf(str(BOOKS)))


class ActionLookUpLoans(Action):
    """Fills `borrowed` from what was said to have been borrowed before."""

    def name(self) -> str:
        return "action_look_up_loans"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return [SlotSet("borrowed", tracker.get_slot("knowledge_base_last_object") is not None)]


class ActionValidateSlotMappings(ValidationAction):
    """Believes no visitor without a name, and knows nobody called Nobody."""

    async def validate_name(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if value == "Nobody":
            dispatcher.utter_message(text="Nobody is called Nobody.")
            return {"name": None}
        return {"name": str(value).title()}

    def validate_readers(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"readers": value if str(value).isdigit() else None}


class ActionLend(Action):
    def name(self) -> str:
        return "action_lend"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        books = list(tracker.get_latest_entity_values("book"))
        asked = sum(event["event"] == "user" for event in tracker.events)
        dispatcher.utter_message(
            text=f"{', '.join(books) or 'Nothing'} for you, after {min(asked, 3)} questions."
        )
        return [SlotSet("borrowed", bool(books))]
