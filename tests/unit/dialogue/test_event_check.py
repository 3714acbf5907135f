"""Events that somebody else wrote: refused in words, or folded without a stumble."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.event_check import find_event_problem
from bot.dialogue.event_json import event_json
from bot.dialogue.tracker import new_tracker
from bot.dialogue.tracker_json import tracker_from_json, tracker_to_json
from bot.engines.native.action_tracker import tracker_state
from bot.engines.native.steering import read_events
from bot.errors import BadEvent
from tests.unit.dialogue.specs import spec

CATALOGUE = Catalogue(spec().domain)
NAMES = (
    *("user", "bot", "agent", "slot", "reset_slots", "action", "action_execution_rejected", "active_loop"),
    *("loop_interrupted", "user_featurization", "followup", "restart", "session_started", "undo", "rewind"),
    *("pause", "resume", "reminder", "cancel_reminder", "export", "entities", "form", "form_validation"),
)
FIELDS = (
    *("name", "value", "text", "data", "parse_data", "entities", "policy", "confidence", "action_text"),
    *("hide_rule_turn", "is_interrupted", "use_text_for_featurization", "intent", "date_time", "timestamp"),
    *("metadata", "input_channel", "message_id", "kill_on_user_msg", "path", "validate"),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(("size", "greet")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("name", "entity", "value", "intent", "entities", "text")), inner)
    ),
    max_leaves=6,
)
events = st.builds(
    lambda name, fields: {**fields, "event": name},
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(FIELDS), anything, max_size=5),
)


@given(event=anything)
def test_anything_gets_a_word(event: Any) -> None:
    problem = find_event_problem(event)
    assert problem is None or len(problem) > 10


@given(given_events=st.lists(events, max_size=6))
def test_what_is_taken_can_be_folded_stored_and_told(given_events: list[Any]) -> None:
    try:
        read = read_events(given_events)
    except BadEvent:
        return
    tracker = new_tracker(CATALOGUE)
    for event in read:
        tracker = tracker.apply(event)
        event_json(event)
    stored = tracker_to_json(tracker)
    tracker_state(tracker_from_json(stored, CATALOGUE), "ann")
