"""One action for each thing an action may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    EventType,
    FollowupAction,
    ReminderCancelled,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa_sdk.interfaces import ActionExecutionRejection

Doing = Callable[[Any, Any], list[EventType]]


def _add(dispatcher: Any, tracker: Any) -> list[EventType]:
    count = (tracker.get_slot("count") or 0) + 1
    dispatcher.utter_message(response="utter_greet", count=count)
    return [
        SlotSet("count", count),
        SlotSet("anything", {"deep": [count]}),
        SlotSet("wishes", ["x"] * int(count)),
    ]


def _hear(dispatcher: Any, tracker: Any) -> list[EventType]:
    parse = {
        "intent": {"name": "question", "confidence": 1.0},
        "entities": [{"entity": "thing", "value": "chair"}],
    }
    return [ActionExecuted("action_listen"), UserUttered("the chair", parse)]


def _speak(dispatcher: Any, tracker: Any) -> list[EventType]:
    dispatcher.utter_message(text="dispatched", thing="one")
    dispatcher.utter_message(response="utter_missing")
    return [BotUttered("returned", {"image": "http://pictures.example/a"}), SlotSet("thing", "spoken")]


def _refuse(dispatcher: Any, tracker: Any) -> list[EventType]:
    raise ActionExecutionRejection("action_refuse", "no")


def _several(dispatcher: Any, tracker: Any) -> list[EventType]:
    names = [event.get("name") for event in tracker.events if event["event"] == "action"]
    dispatcher.utter_message(
        text=f"{tracker.latest_action_name} {names[-1:]} {tracker.get_intent_of_latest_message()}"
    )
    return [
        SlotSet("thing", "several"),
        SlotSet("thing", None),
        SlotSet("count", 2),
        FollowupAction("thing_form"),
    ]


DOINGS: dict[str, Doing] = {
    "restart_me": lambda dispatcher, tracker: [Restarted()],
    "take_back": lambda dispatcher, tracker: [UserUtteranceReverted()],
    "undo_me": lambda dispatcher, tracker: [ActionReverted()],
    "hush": lambda dispatcher, tracker: [ConversationPaused(), ConversationResumed()],
    "wipe": lambda dispatcher, tracker: [AllSlotsReset()],
    "next": lambda dispatcher, tracker: [FollowupAction("utter_next")],
    "nowhere": lambda dispatcher, tracker: [FollowupAction("action_unheard_of")],
    "remind": lambda dispatcher, tracker: [ReminderCancelled(intent_name="question")],
    "add": _add,
    "loop_on": lambda dispatcher, tracker: [ActiveLoop("thing_form")],
    "loop_off": lambda dispatcher, tracker: [ActiveLoop(None), SlotSet("requested_slot", None)],
    "hear": _hear,
    "speak": _speak,
    "refuse": _refuse,
    "refuse_softly": lambda dispatcher, tracker: [ActionExecutionRejected("action_refuse_softly")],
    "nothing": lambda dispatcher, tracker: [],
    "several": _several,
    "start_over": lambda dispatcher, tracker: [SessionStarted(), ActionExecuted("action_listen")],
    "listen_now": lambda dispatcher, tracker: [FollowupAction("action_listen")],
}


class _Doing(Action):
    """Does what it is called."""

    doing = ""

    def name(self) -> str:
        return f"action_{self.doing}"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        return DOINGS[self.doing](dispatcher, tracker)


class RestartMe(_Doing):
    doing = "restart_me"


class TakeBack(_Doing):
    doing = "take_back"


class UndoMe(_Doing):
    doing = "undo_me"


class Hush(_Doing):
    doing = "hush"


class Wipe(_Doing):
    doing = "wipe"


class Next(_Doing):
    doing = "next"


class Nowhere(_Doing):
    doing = "nowhere"


class Remind(_Doing):
    doing = "remind"


class Add(_Doing):
    doing = "add"


class LoopOn(_Doing):
    doing = "loop_on"


class LoopOff(_Doing):
    doing = "loop_off"


class Hear(_Doing):
    doing = "hear"


class Speak(_Doing):
    doing = "speak"


class Refuse(_Doing):
    doing = "refuse"


class RefuseSoftly(_Doing):
    doing = "refuse_softly"


class Nothing(_Doing):
    doing = "nothing"


class Several(_Doing):
    doing = "several"


class StartOver(_Doing):
    doing = "start_over"


class ListenNow(_Doing):
    doing = "listen_now"
