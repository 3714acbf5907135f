from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.event_json import user_event
from bot.dialogue.events import (
    LISTEN,
    SESSION_START,
    ActionExecuted,
    ActionRejected,
    ActionReverted,
    BotUttered,
    Event,
    FollowupSet,
    LoopInterrupted,
    LoopSet,
    Paused,
    Restarted,
    Resumed,
    SessionStarted,
    SlotSet,
    SlotsReset,
    UserFeaturized,
    UserReverted,
)
from bot.dialogue.tracker import Tracker, new_tracker
from bot.dialogue.tracker_json import tracker_from_json, tracker_to_json
from bot.dialogue.window import Window, trim
from bot.errors import EngineError
from tests.unit.dialogue.specs import domain

CATALOGUE = Catalogue(domain())
FORM = "order_form"


def user(intent: str) -> Event:
    return user_event({"text": intent, "intent": {"name": intent, "confidence": 1.0}})


def act(name: str) -> Event:
    return ActionExecuted(name=name)


def told(*events: Event) -> Tracker:
    return new_tracker(CATALOGUE).apply_all(events)


def counting(tracker: Tracker) -> list[Any]:
    """Names of the actions and intents that count."""
    names = (getattr(event, "name", None) or getattr(event, "intent", None) for event, _ in tracker.tail)
    return [name for name in names if name]


def test_rewind_takes_back_the_message_and_the_listening_before_it() -> None:
    tracker = told(
        act(LISTEN),
        user("greet"),
        act("utter_greet"),
        act(LISTEN),
        user("bye"),
        SlotSet(name="size", value="L"),
    )
    back = tracker.apply(UserReverted())
    assert counting(back) == [LISTEN, "greet", "utter_greet"]
    assert back.live.intent == "greet"
    assert back.live.slots["size"] is None
    assert back.live is back.applied


def test_rewind_of_all_there_is_listens_next() -> None:
    back = told(act(LISTEN), user("greet")).apply_all([UserReverted(), UserReverted()])
    assert back.is_empty
    assert back.live.followup == LISTEN


def test_undo_takes_back_one_action_and_what_it_did() -> None:
    tracker = told(act(LISTEN), user("greet"), act("utter_greet"), SlotSet(name="size", value="L"))
    back = tracker.apply(ActionReverted())
    assert counting(back) == [LISTEN, "greet"]
    assert back.live.slots["size"] is None


def test_restart_forgets_everything_and_starts_a_session_next() -> None:
    tracker = told(act(LISTEN), user("greet"), SlotSet(name="size", value="L"), Restarted())
    assert tracker.is_empty
    assert tracker.live.slots == CATALOGUE.initial_slots
    assert tracker.live.followup == SESSION_START


def test_next_session_is_told_a_slot_as_it_was_given_and_reads_it_as_before() -> None:
    tracker = told(SlotSet(name="wishes", value="a box"))
    assert tracker.live.slots["wishes"] == ["a box"]
    assert tracker.applied.carried == {"wishes": "a box"}


def test_reset_of_slots_keeps_the_conversation() -> None:
    tracker = told(act(LISTEN), user("greet"), SlotSet(name="vip", value=True), SlotsReset())
    assert tracker.live.slots["vip"] is False
    assert counting(tracker)[:2] == [LISTEN, "greet"]


def test_finished_form_leaves_one_turn_with_the_message_that_started_it() -> None:
    start = (
        act(LISTEN),
        user("order"),
        act(FORM),
        LoopSet(name=FORM),
        SlotSet(name="requested_slot", value="size"),
    )
    answer = (act(LISTEN), user("inform"), SlotSet(name="size", value="L"), UserFeaturized(by_text=False))
    tracker = told(*start, *answer, act(FORM), LoopSet(name=None))
    actions = [event.name for event, _ in tracker.tail if isinstance(event, ActionExecuted)]
    assert actions == [LISTEN, FORM]
    assert tracker.applied.intent == "order"
    assert tracker.live.intent == "inform"
    assert tracker.applied.slots["size"] == "L"


def test_turn_off_the_path_of_a_form_stays() -> None:
    start = (act(LISTEN), user("order"), act(FORM), LoopSet(name=FORM), act(LISTEN), user("greet"))
    tracker = told(*start, ActionRejected(name=FORM), act("utter_greet"), act(FORM))
    actions = [event.name for event, _ in tracker.tail if isinstance(event, ActionExecuted)]
    assert actions == [LISTEN, FORM, LISTEN, "utter_greet", FORM]
    assert not tracker.live.is_rejected


def test_unknown_slot_changes_nothing() -> None:
    assert told(SlotSet(name="gone", value=1)).live.slots == CATALOGUE.initial_slots


def test_lone_value_of_a_list_slot_becomes_a_list() -> None:
    assert told(SlotSet(name="wishes", value="tea")).live.slots["wishes"] == ["tea"]


EVENTS = st.one_of(
    st.sampled_from(("greet", "order", "nlu_fallback")).map(user),
    st.sampled_from((LISTEN, FORM, "utter_greet", "action_x")).map(act),
    st.builds(
        SlotSet,
        name=st.sampled_from(("size", "vip", "wishes", "gone")),
        value=st.sampled_from((None, False, 0, "L", ["a"], {})),
    ),
    st.builds(LoopSet, name=st.sampled_from((None, FORM))),
    st.builds(ActionRejected, name=st.sampled_from((FORM, "action_x"))),
    st.builds(LoopInterrupted, is_interrupted=st.booleans()),
    st.builds(UserFeaturized, by_text=st.booleans()),
    st.builds(
        BotUttered, text=st.text(max_size=5), data=st.just({"buttons": [{"title": "a"}], "image": None})
    ),
    st.builds(FollowupSet, name=st.sampled_from((LISTEN, "action_x"))),
    *(
        st.builds(kind)
        for kind in (Paused, Resumed, SlotsReset, ActionReverted, UserReverted, SessionStarted, Restarted)
    ),
)


@given(st.lists(EVENTS, max_size=60))
def test_tracker_survives_json_whatever_happened(events: list[Event]) -> None:
    tracker = told(*events)
    data = json.loads(json.dumps(tracker_to_json(tracker)))
    again = tracker_from_json(data, CATALOGUE)
    assert again.live == tracker.live
    assert again.applied == tracker.applied
    assert [entry.before for entry in again.tail] == [entry.before for entry in tracker.tail]
    assert json.loads(json.dumps(tracker_to_json(again))) == data


@given(st.lists(EVENTS, max_size=200), st.lists(EVENTS, max_size=20))
def test_trimming_changes_nothing_that_counts_now(before: list[Event], after: list[Event]) -> None:
    tracker = told(*before)
    trimmed = trim(tracker, Window(actions=2))
    assert trimmed.live == tracker.live
    assert trimmed.applied == tracker.applied
    forwards = [
        event for event in after if not isinstance(event, UserReverted | ActionReverted | ActionExecuted)
    ]
    assert trimmed.apply_all(forwards).live == tracker.apply_all(forwards).live


@pytest.mark.parametrize("turns", [50, 400])
def test_size_has_a_bound(turns: int) -> None:
    tracker = new_tracker(CATALOGUE)
    for _ in range(turns):
        tracker = trim(
            tracker.apply_all([act(LISTEN), user("greet"), act("utter_greet"), BotUttered(text="hi")]),
            Window(),
        )
    assert len(json.dumps(tracker_to_json(tracker))) < 8000


def test_messages_while_paused_have_a_bound_too() -> None:
    tracker = told(act(LISTEN), Paused())
    for _ in range(1000):
        tracker = trim(tracker.apply(user("greet")), Window())
    assert len(tracker.tail) < 500
    assert tracker.live.paused


@pytest.mark.parametrize("data", [{}, {"version": 99}, {"version": 1, "tail": [0]}])
def test_foreign_tracker_is_refused(data: dict[str, Any]) -> None:
    if not data:
        assert tracker_from_json(data, CATALOGUE).is_empty
    else:
        with pytest.raises(EngineError):
            tracker_from_json(data, CATALOGUE)


def test_slot_that_the_domain_lost_is_dropped() -> None:
    tracker = trim(
        told(*[act(LISTEN), user("greet"), SlotSet(name="size", value="L"), act("utter_greet")] * 30),
        Window(),
    )
    smaller = Catalogue(domain(slots={name: each for name, each in domain().slots.items() if name != "size"}))
    again = tracker_from_json(tracker_to_json(tracker), smaller)
    assert "size" not in again.live.slots
    assert again.live.intent == "greet"
