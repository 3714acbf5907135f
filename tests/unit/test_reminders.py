"""What a turn's events do to reminders, as Rasa's scheduler takes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.reminder import read_reminders

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def remind(intent: str = "call_back", *, after: int = 60, **more: Any) -> dict[str, Any]:
    due_at = (NOW + timedelta(seconds=after)).isoformat()
    return {"event": "reminder", "intent": intent, "date_time": due_at, "kill_on_user_msg": True, **more}


def intents(*events: dict[str, Any]) -> list[str]:
    return [reminder.intent for reminder in read_reminders(events, NOW).kept]


def test_reminder_is_read_with_all_it_says() -> None:
    [reminder] = read_reminders(
        [remind(name="r", entities={"city": "Riga"}, kill_on_user_msg=False)], NOW
    ).kept
    assert (reminder.intent, reminder.name) == ("call_back", "r")
    assert reminder.due_at == NOW + timedelta(minutes=1)
    assert not reminder.kill_on_user_message
    assert reminder.trigger.entities == ({"entity": "city", "value": "Riga"},)


def test_one_of_the_same_name_replaces_the_earlier_here_and_in_earlier_turns() -> None:
    changes = read_reminders([remind("a", name="r"), remind("b"), remind("c", name="r")], NOW)
    assert [each.intent for each in changes.kept] == ["b", "c"]
    assert {"name": "r"} in changes.cancelled


@pytest.mark.parametrize(
    ("cancel", "left"),
    [
        ({}, []),
        ({"name": "r"}, ["b"]),
        ({"intent": "b"}, ["a"]),
        ({"name": "r", "intent": "b"}, ["a", "b"]),
        ({"entities": [{"entity": "x", "value": 1}]}, ["a"]),
        ({"name": None, "intent": None, "entities": None}, []),
    ],
)
def test_cancelling_drops_what_fits_all_that_is_said(cancel: dict[str, Any], left: list[str]) -> None:
    entities = [{"entity": "x", "value": 1}]
    events = remind("a", name="r"), remind("b", entities=entities)
    assert intents(*events, {"event": "cancel_reminder", **cancel}) == left


def test_a_restart_drops_what_was_before_it() -> None:
    changes = read_reminders([remind("a"), {"event": "restart"}, remind("b")], NOW)
    assert [each.intent for each in changes.kept] == ["b"]
    assert {} in changes.cancelled


def test_words_after_it_in_the_same_turn_end_it_unless_it_does_not_mind() -> None:
    patient = remind("b", kill_on_user_msg=False)
    assert intents(remind("a"), patient, {"event": "user", "text": "hi"}, remind("c")) == ["b", "c"]


def test_a_trigger_ends_what_words_would_end() -> None:
    happened: dict[str, Any] = {"event": "user", "text": "EXTERNAL: x", "metadata": {"is_external": True}}
    assert read_reminders([happened], NOW).cancelled == ({"kill_on_user_message": True},)
    assert not read_reminders([{"event": "user", "text": "hi", "metadata": {}}], NOW)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (remind(after=-60), "past"),
        (remind(date_time="tomorrow"), "no reminder"),
        (remind(date_time=None), "no reminder"),
        (remind(intent=""), "names no intent"),
        (remind(date_time="0001-01-01T00:00:00"), ""),
        (remind(date_time="9999-12-31T23:59:59-12:00"), "no reminder"),
    ],
)
def test_what_cannot_be_kept_is_told(event: dict[str, Any], why: str) -> None:
    changes = read_reminders([event], NOW)
    assert not changes
    assert why in changes.refused[0]


def test_a_time_without_a_zone_is_this_machines() -> None:
    local = (NOW + timedelta(minutes=1)).astimezone().replace(tzinfo=None)
    [reminder] = read_reminders([remind(date_time=local.isoformat())], NOW).kept
    assert reminder.due_at == NOW + timedelta(minutes=1)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
_EVENT = st.fixed_dictionaries(
    {"event": st.sampled_from(["reminder", "cancel_reminder", "restart", "user", "slot"])},
    optional={
        "intent": _JSON,
        "name": _JSON,
        "entities": _JSON,
        "metadata": _JSON,
        "kill_on_user_msg": _JSON,
        "date_time": _JSON | st.datetimes().map(datetime.isoformat),
    },
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_EVENT, max_size=5))
def test_whatever_an_engine_returns_is_kept_or_told(events: list[dict[str, Any]]) -> None:
    changes = read_reminders(events, NOW)
    set_here = sum(event["event"] == "reminder" for event in events)
    assert len(changes.kept) + len(changes.refused) <= set_here
    for reminder in changes.kept:
        assert reminder.due_at >= NOW - timedelta(seconds=1)
        assert all("entity" in entity for entity in reminder.trigger.entities)
