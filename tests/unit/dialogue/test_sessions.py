from __future__ import annotations

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.event_json import user_event
from bot.dialogue.events import (
    LISTEN,
    SESSION_START,
    ActionExecuted,
    Event,
    SessionStarted,
    SlotSet,
)
from bot.dialogue.sessions import forget_earlier_sessions
from bot.dialogue.tracker import Tracker, new_tracker
from bot.dialogue.tracker_json import tracker_from_json, tracker_to_json
from bot.dialogue.window import Window, trim
from tests.unit.dialogue.specs import domain

CATALOGUE = Catalogue(domain())
START, LISTENED = ActionExecuted(name=SESSION_START), ActionExecuted(name=LISTEN)
NOTED = SlotSet(name="note", value="from Rome")
GREETED = user_event({"text": "hi", "intent": {"name": "greet", "confidence": 1.0}})


def stored(*events: Event) -> Tracker:
    told = new_tracker(CATALOGUE).apply_all(events)
    return tracker_from_json(tracker_to_json(trim(told, Window())), CATALOGUE)


def test_session_start_without_a_word_forgets_what_was_before() -> None:
    size = SlotSet(name="size", value="L")
    tracker = stored(START, GREETED, size, LISTENED, START, NOTED, GREETED)

    anew = forget_earlier_sessions(tracker)

    assert anew.live.slots["size"] is None
    assert anew.live.slots["note"] == "from Rome"
    assert [type(entry.event) for entry in anew.tail] == [ActionExecuted, SlotSet, type(GREETED)]
    assert forget_earlier_sessions(anew).live == anew.live


def test_session_that_is_logged_has_forgotten_by_itself() -> None:
    size = SlotSet(name="size", value="L")
    tracker = stored(START, GREETED, LISTENED, START, SessionStarted(), size, LISTENED, GREETED)

    assert forget_earlier_sessions(tracker) is tracker
    assert tracker.live.slots["size"] == "L"


def test_session_that_began_long_ago_stays_as_it_is() -> None:
    turns = [GREETED, SlotSet(name="size", value="L"), ActionExecuted(name="utter_greet"), LISTENED] * 20
    tracker = stored(START, *turns)

    assert forget_earlier_sessions(tracker) is tracker
    assert forget_earlier_sessions(new_tracker(CATALOGUE)).is_empty
