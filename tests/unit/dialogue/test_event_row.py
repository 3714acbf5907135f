"""Rows of stored trackers: every event comes back, and what an older program stored is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.event_json import event_json, parse_event, user_event
from bot.dialogue.event_row import read_row, slim_row, write_row
from bot.dialogue.events import LISTEN, ActionExecuted, BotUttered, LoopSet, SlotSet
from bot.dialogue.tracker import new_tracker
from bot.dialogue.tracker_json import tracker_from_json, tracker_to_json
from bot.domain.json import JsonObject
from bot.errors import EngineError
from tests.unit.dialogue.specs import domain

CATALOGUE = Catalogue(domain())

HEARD: JsonObject = {
    "text": "a large one",
    "intent": {"name": "greet", "confidence": 0.9},
    "entities": [{"entity": "size", "value": "L"}],
    "intent_ranking": [{"name": "greet", "confidence": 0.9}],
}
EVENTS: list[dict[str, Any]] = [
    {"event": "user", "text": "a large one", "parse_data": HEARD, "input_channel": "rest", "message_id": "7"},
    {"event": "user", "text": None, "parse_data": {}, "input_channel": None, "message_id": None},
    {"event": "bot", "text": "hi", "data": {"buttons": [{"title": "a", "payload": "/a"}]}},
    {"event": "agent", "text": "it is Ann", "data": {}},
    {"event": "slot", "name": "size", "value": {"large": [1, None]}},
    {"event": "slot", "name": "size", "value": None},
    {
        "event": "action",
        "name": "utter_greet",
        "policy": "RulePolicy",
        "confidence": 0.5,
        "action_text": None,
        "hide_rule_turn": True,
    },
    {
        "event": "action",
        "name": None,
        "policy": None,
        "confidence": None,
        "action_text": "Good-bye!",
        "hide_rule_turn": False,
    },
    {"event": "action_execution_rejected", "name": "form", "policy": None, "confidence": 1.0},
    {"event": "active_loop", "name": "form"},
    {"event": "active_loop", "name": None},
    {"event": "loop_interrupted", "is_interrupted": True},
    {"event": "user_featurization", "use_text_for_featurization": False},
    {"event": "entities", "entities": [{"entity": "size", "value": "L"}]},
    {"event": "followup", "name": "utter_greet"},
    {
        "event": "reminder",
        "intent": "greet",
        "date_time": "2026-03-02T09:00:00",
        "entities": {"size": "L"},
        "name": "r",
        "kill_on_user_msg": False,
    },
    {"event": "cancel_reminder", "intent": "greet", "entities": None, "name": "r"},
    {"event": "export", "path": "a.yml"},
    *(
        {"event": name}
        for name in ("reset_slots", "restart", "session_started", "undo", "rewind", "pause", "resume")
    ),
]


@pytest.mark.parametrize("metadata", [{}, {"who": "me"}], ids=["bare", "with metadata"])
@pytest.mark.parametrize("said", EVENTS, ids=lambda said: said["event"])
def test_every_event_comes_back_from_its_row(said: dict[str, Any], metadata: dict[str, str]) -> None:
    event = parse_event({**said, "timestamp": 12.5, "metadata": metadata})
    assert read_row(json.loads(json.dumps(write_row(event)))) == event
    assert event_json(event).items() >= {**said, "timestamp": 12.5, "metadata": metadata}.items()


def test_older_message_keeps_what_was_meant_and_not_what_else_was_weighed() -> None:
    row = slim_row(write_row(user_event(HEARD, message_id="7")))
    slim = read_row(row)
    assert event_json(slim)["parse_data"] == {
        name: part for name, part in HEARD.items() if name != "intent_ranking"
    }
    assert slim_row(row) == row


@pytest.mark.parametrize("row", [[], ["song"], ["slot", 1.0, None], ["slot", 1.0]])
def test_row_of_nobody_is_refused(row: list[Any]) -> None:
    stored = {**tracker_to_json(new_tracker(CATALOGUE)), "events": [row], "tail": [0], "logged": 1}
    with pytest.raises(EngineError):
        tracker_from_json(stored, CATALOGUE)


def test_tracker_of_an_older_program_is_read_and_written_anew() -> None:
    events = [
        ActionExecuted(name=LISTEN),
        user_event(HEARD),
        LoopSet(name="order_form"),
        SlotSet(name="size", value="L"),
        BotUttered(text="hi", data={"buttons": [{"title": "a"}]}),
    ]
    tracker = new_tracker(CATALOGUE).apply_all(events)
    now = tracker_to_json(tracker)
    before = {**now, "version": 1, "events": [event_json(event) for event in events]}
    read = tracker_from_json(json.loads(json.dumps(before)), CATALOGUE)
    assert (read.live, read.applied, read.books) == (tracker.live, tracker.applied, tracker.books)
    assert read.log == tuple(events)
    assert tracker_to_json(read) == now
