"""Handing the conversation to a person: said to the customer, asked of the desk, and silence."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, ConversationPaused, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff_payload import Reason, create_handoff_payload
from actions.order_slots import forget_order


def hand_over(dispatcher: CollectingDispatcher, tracker: Tracker, reason: Reason) -> list[dict[str, Any]]:
    """Say that a person will answer, ask for that person, and return the events that silence the bot.

    They leave the dialogue ready for the day the bot is given the conversation back: a form that was
    running ends, and the bot listens. A paused Rasa does not listen by itself, and would then take the
    customer's next message for something it does not understand.
    """
    dispatcher.utter_message(response="utter_handoff")
    dispatcher.utter_message(json_message=create_handoff_payload(tracker, reason))
    return [
        *_end_form(tracker),
        *forget_order(tracker),
        ActionExecuted("action_listen"),
        ConversationPaused(),
    ]


def _end_form(tracker: Tracker) -> list[dict[str, Any]]:
    if not (tracker.active_loop or {}).get("name"):
        return []
    return [ActiveLoop(None), SlotSet("requested_slot", None)]
