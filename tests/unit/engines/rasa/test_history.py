"""What Rasa is told of a conversation: no more than counts, so that it comes to the same state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.event_json import parse_event
from bot.dialogue.spec import DomainSpec, FormSpec, MappingType, SessionSpec, SlotMapping, SlotSpec, SlotType
from bot.dialogue.tracker import new_tracker
from bot.dialogue.window import Window, trim
from bot.engines.rasa.history import ends_well, restore_events, split_at, time_of_last

if TYPE_CHECKING:
    from bot.dialogue.tracker import Tracker

SIZE = SlotSpec(
    name="size", type=SlotType.TEXT, mappings=(SlotMapping(type=MappingType.FROM_TEXT),), initial_value="m"
)
LISTEN = {"event": "action", "name": "action_listen"}
START = ({"event": "action", "name": "action_session_start"}, {"event": "session_started"}, LISTEN)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(
        DomainSpec(
            intents={},
            entities={},
            slots={"size": SIZE},
            forms={"order_form": FormSpec(name="order_form", required_slots=("size",))},
            responses={},
            actions=(),
            session=SessionSpec(expiration=timedelta(hours=1)),
        )
    )


def tell(tracker: Tracker, *events: dict[str, Any]) -> Tracker:
    """Log events a second apart, as a server does."""
    began = datetime(2026, 1, 1, tzinfo=UTC).timestamp() + 10 * len(tracker.log)
    for number, event in enumerate(events):
        tracker = tracker.apply(parse_event({"timestamp": began + number, **event}))
    return tracker


def said(text: str, intent: str = "inform") -> dict[str, Any]:
    return {"event": "user", "text": text, "parse_data": {"intent": {"name": intent, "confidence": 1.0}}}


def action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name, "policy": "RulePolicy", "confidence": 1.0}


def slot(value: str) -> dict[str, Any]:
    return {"event": "slot", "name": "size", "value": value}


def told_again(tracker: Tracker) -> Tracker:
    """Return what Rasa, which folds events as we do, makes of what it is told."""
    events = [parse_event(event) for event in restore_events(tracker)]
    return new_tracker(tracker.catalogue).apply_all(events)


def same(left: Tracker, right: Tracker) -> bool:
    """Tell whether two trackers are in the same state."""
    return all(
        (a.slots, a.loop_name, a.intent, a.action, a.followup, a.paused)
        == (b.slots, b.loop_name, b.intent, b.action, b.followup, b.paused)
        for a, b in ((left.live, right.live), (left.applied, right.applied))
    )


def test_empty_conversation_needs_no_telling(catalogue: Catalogue) -> None:
    assert restore_events(new_tracker(catalogue)) == []


@pytest.mark.parametrize(
    "events",
    [
        (said("hello"), action("utter_greet"), {"event": "bot", "text": "Hi."}, LISTEN),
        (said("s"), slot("s"), action("utter_ok"), {"event": "pause"}),
        (said("order"), action("order_form"), {"event": "active_loop", "name": "order_form"}, LISTEN,
         said("xl"), slot("xl"), action("order_form"), {"event": "active_loop", "name": None}, LISTEN),
        (said("a"), slot("s"), action("utter_ok"), LISTEN, said("b"), action("action_back"),
         {"event": "rewind"}, {"event": "rewind"}),
        (said("a"), slot("s"), action("utter_ok"), LISTEN, {"event": "restart"}, *START, said("c"), LISTEN),
        (said("a"), action("x"), {"event": "followup", "name": "action_y"}),
    ],
)  # fmt: skip
def test_rasa_comes_to_the_same_state(catalogue: Catalogue, events: tuple[dict[str, Any], ...]) -> None:
    tracker = tell(new_tracker(catalogue), *START, *events)

    assert same(told_again(tracker), tracker)


def test_long_conversation_is_told_in_few_events(catalogue: Catalogue) -> None:
    tracker = tell(new_tracker(catalogue), *START, said("s"), slot("s"), action("utter_ok"), LISTEN)
    for number in range(100):
        tracker = tell(
            tracker, said(str(number)), action("utter_ok"), {"event": "bot", "text": "Ok."}, LISTEN
        )
        tracker = trim(tracker, Window(actions=3, visible=3))
    told = restore_events(tracker)

    assert len(told) < 150
    assert same(told_again(tracker), tracker)
    assert told_again(tracker).live.slots["size"] == "s"


def test_told_events_are_in_order_and_rasa_finds_what_it_insists_on(catalogue: Catalogue) -> None:
    events = [{**event, "timestamp": 1_700_000_000.0} for event in (*START, said("a"), LISTEN)]
    tracker = new_tracker(catalogue).apply_all(map(parse_event, events))
    told = restore_events(tracker)

    times: list[Any] = [event["timestamp"] for event in told]
    assert times == sorted(set(times))
    heard: Any = next(event for event in told if event["event"] == "user")
    assert heard["parse_data"]["entities"] == []


def test_message_that_was_not_understood_is_told_as_rasas_schema_wants_it(catalogue: Catalogue) -> None:
    parsed = {
        "intent": {"name": None, "confidence": 0.0},
        "entities": [{"entity": "size", "value": "m", "start": None, "role": None}],
        "intent_ranking": [{"name": None, "confidence": 0.0}],
        "response_selector": {"faq": {}},
    }
    tracker = tell(new_tracker(catalogue), *START, {"event": "user", "text": "m", "parse_data": parsed})
    heard: Any = restore_events(tracker)[-1]

    assert heard["parse_data"] == {
        "text": "m",
        "intent": {},
        "entities": [{"entity": "size", "value": "m"}],
        "intent_ranking": [],
    }


def test_reminders_are_not_told(catalogue: Catalogue) -> None:
    reminder = {"event": "reminder", "intent": "hours", "date_time": "2030-01-01T00:00:00+00:00"}
    tracker = tell(new_tracker(catalogue), *START, said("a"), reminder, LISTEN)

    assert "reminder" not in [event["event"] for event in restore_events(tracker)]


def test_new_events_are_those_after_the_last_known() -> None:
    events: list[Any] = [{"event": "slot", "timestamp": float(number)} for number in range(4)]

    assert split_at(events, 1.0) == events[2:]
    assert split_at(events, time_of_last(events)) == []
    assert split_at(events, 9.0) is None
    assert split_at(events, None) == events


def test_end_of_a_turn_tells_whether_the_bot_was_stopped() -> None:
    assert ends_well([said("a"), action("utter_ok"), LISTEN, {"event": "slot"}])
    assert ends_well([said("a"), action("x"), {"event": "pause"}])
    assert not ends_well([said("a"), *[action("utter_ok")] * 10])
