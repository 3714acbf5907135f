"""What a tracker keeps of a long conversation: enough that rules, stories and memory go on as before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.event_json import user_event
from bot.dialogue.events import LISTEN, ActionExecuted, Event, LoopSet, SlotSet, SlotsReset, UserFeaturized
from bot.dialogue.states import Turns, states_backwards, turns_backwards
from bot.dialogue.tracker import Tracker, new_tracker
from bot.dialogue.tracker_json import tracker_from_json, tracker_to_json
from bot.dialogue.window import Window, trim
from tests.unit.dialogue.specs import domain

if TYPE_CHECKING:
    from collections.abc import Sequence

CATALOGUE = Catalogue(domain())
WINDOW = Window(actions=3, visible=4)
FORM = "order_form"


def turn(intent: str, *events: Event, hidden: bool) -> tuple[Event, ...]:
    """A turn with one answer, after which `events` happen."""
    return (
        user_event({"text": intent, "intent": {"name": intent, "confidence": 1.0}}),
        UserFeaturized(by_text=False),
        ActionExecuted(name=f"utter_{intent}", hidden=hidden),
        *events,
        ActionExecuted(name=LISTEN, hidden=hidden),
    )


SET = st.builds(
    SlotSet, name=st.sampled_from(("size", "vip", "wishes")), value=st.sampled_from((None, True, "L", []))
)
LOOP = st.builds(LoopSet, name=st.sampled_from((None, FORM)))
TURNS = st.builds(
    lambda intent, events, hidden: turn(intent, *events, hidden=hidden),
    st.sampled_from(("greet", "bye", "order")),
    st.lists(st.one_of(SET, SET, LOOP, st.builds(SlotsReset)), max_size=3),
    st.sampled_from((True, True, True, False)),
)


def talk(turns: Sequence[Sequence[Event]], window: Window | None) -> Tracker:
    """Have a conversation; with a window it is stored and read again after each turn."""
    tracker = new_tracker(CATALOGUE).apply(ActionExecuted(name=LISTEN))
    for events in turns:
        tracker = tracker.apply_all(events)
        if window:
            tracker = tracker_from_json(
                json.loads(json.dumps(tracker_to_json(trim(tracker, window)))), CATALOGUE
            )
    return tracker


@settings(max_examples=30)
@given(st.lists(TURNS, min_size=12, max_size=40))
def test_memory_and_rules_see_the_same_of_what_is_kept(turns: list[tuple[Event, ...]]) -> None:
    kept, whole = talk(turns, WINDOW), talk(turns, None)
    assert kept.live == whole.live
    rule_only: tuple[frozenset[str], frozenset[str]] = (frozenset(("vip",)), frozenset())
    seen = [Turns(turns_backwards(each), CATALOGUE, rule_only) for each in (kept, whole)]
    if seen[0].reach(WINDOW.visible):
        assert seen[0].newest_states(WINDOW.visible) == seen[1].newest_states(WINDOW.visible)
    for found, wanted, _ in zip(
        *(states_backwards(each, by_text=False) for each in (kept, whole)), range(3), strict=False
    ):
        assert found == wanted


@pytest.mark.parametrize("turns", [5, 40, 120])
def test_story_goes_on_after_however_many_turns_of_rules(turns: int) -> None:
    faq = turn("bye", SlotSet(name="size", value="L"), hidden=True)
    form = turn("order", LoopSet(name=FORM), SlotSet(name="vip", value=True), LoopSet(name=None), hidden=True)
    said = [turn("greet", hidden=False), turn("order", hidden=False), *[faq, form] * turns]
    tracker = talk(said, WINDOW)
    assert tracker.whole
    assert len(json.dumps(tracker_to_json(tracker))) < 12_000
    told = Turns(turns_backwards(tracker), CATALOGUE, (frozenset(), frozenset())).newest_states(10)
    assert [state.action for state in told] == [None, LISTEN, "utter_greet", LISTEN, "utter_order", LISTEN]
    assert dict(told[-1].slots) == {"size": (1.0,), "vip": (1.0, 1.0)}


def test_turns_before_a_loop_that_goes_on_are_kept() -> None:
    begun = turn("order", LoopSet(name=FORM), hidden=True)
    said = [turn("greet", hidden=False), begun, *[turn("bye", hidden=True)] * 30]
    tracker = talk(said, WINDOW)
    assert tracker.live.loop == talk(said, None).live.loop
    assert tracker.whole


def test_rules_alone_leave_nothing_behind() -> None:
    tracker = talk([turn("bye", hidden=True)] * 100, WINDOW)
    assert len([event for event, _ in tracker.tail if isinstance(event, ActionExecuted)]) < 20
