"""Orders of programs to the native engine: an order in → events, slots, replies; and what it tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.json import JsonObject
from bot.engines.engine import Turn, TurnResult
from bot.engines.native.engine import NativeEngine
from bot.engines.steering import AppendEvents, BeginSession, LogMessage, Order, RunAction, Steerable
from bot.errors import EngineError
from tests.conversations.talk import Talk, Words, build_engine
from tests.unit.dialogue.specs import spec


async def order(talk: Talk, wanted: Order) -> TurnResult:
    turn = Turn(sender_id="a", channel="rest", messages=(), tracker=talk.tracker, now=talk.now)
    talk.last = await engine_of(talk).steer(turn, wanted)
    talk.tracker = talk.last.tracker
    return talk.last


def engine_of(talk: Talk) -> NativeEngine:
    assert isinstance(talk.engine, NativeEngine)
    return talk.engine


async def state(talk: Talk) -> dict[str, Any]:
    return dict(await engine_of(talk).describe("a", talk.tracker))


@pytest.fixture
def talk() -> Talk:
    return Talk(build_engine(spec(), words=Words({"hiya": "greet"})))


def test_native_engine_can_be_steered(talk: Talk) -> None:
    assert isinstance(talk.engine, Steerable)


async def test_appended_events_count_like_those_of_a_turn(talk: Talk) -> None:
    result = await order(talk, AppendEvents(events=({"event": "slot", "name": "size", "value": "L"},)))
    assert [event["event"] for event in result.events] == ["action", "session_started", "action", "slot"]
    assert (await state(talk))["slots"]["size"] == "L"
    assert result.replies == ()


async def test_given_times_stay_and_missing_ones_are_now(talk: Talk) -> None:
    events: tuple[JsonObject, ...] = ({"event": "pause", "timestamp": 5.0}, {"event": "resume"})
    result = await order(talk, AppendEvents(events=events))
    assert [event["timestamp"] for event in result.events[-2:]] == [5.0, talk.now.timestamp()]


async def test_list_that_starts_a_session_gets_no_other_before_it(talk: Talk) -> None:
    events = ({"event": "action", "name": "action_session_start"}, {"event": "session_started"})
    result = await order(talk, AppendEvents(events=events))
    assert [event["event"] for event in result.events] == ["action", "session_started"]


async def test_session_is_started_only_where_nothing_was_ever_logged(talk: Talk) -> None:
    await talk.say("/order")
    for _ in range(2):
        result = await order(talk, AppendEvents(events=({"event": "rewind"},)))
        assert [event["event"] for event in result.events] == ["rewind"]


async def test_forecast_after_a_restart_from_outside_is_to_listen(talk: Talk) -> None:
    await order(talk, AppendEvents(events=({"event": "restart"},)))
    forecast = await engine_of(talk).predict(talk.tracker)
    assert max(forecast.scores, key=lambda score: score[1])[0] == "action_listen"


@pytest.mark.parametrize("say", [True, False])
async def test_bot_events_are_said_only_when_asked_for(talk: Talk, *, say: bool) -> None:
    result = await order(talk, AppendEvents(events=({"event": "bot", "text": "ready\n\nnow"},), say=say))
    assert [reply.text for reply in result.replies] == (["ready", "now"] if say else [])


async def test_events_anew_forget_what_was_before(talk: Talk) -> None:
    await order(talk, AppendEvents(events=({"event": "slot", "name": "size", "value": "L"},)))
    result = await order(talk, AppendEvents(events=({"event": "pause"},), anew=True))
    assert [event["event"] for event in result.events] == ["pause"]
    told = await state(talk)
    assert (told["slots"]["size"], told["paused"]) == (None, True)


async def test_logged_message_fills_slots_and_predicts_nothing(talk: Talk) -> None:
    await talk.say("/order")
    result = await order(talk, LogMessage(text='/inform{"size": "L"}', message_id="7"))
    assert result.replies == ()
    told = await state(talk)
    assert (told["slots"]["size"], told["latest_message"]["message_id"]) == ("L", "7")
    assert [event["event"] for event in result.events] == ["user", "slot"]


async def test_parse_data_given_is_believed(talk: Talk) -> None:
    parse_data: JsonObject = {"intent": {"name": "greet", "confidence": 0.5}, "entities": []}
    await order(talk, LogMessage(text="whatever", message_id="7", parse_data=parse_data))
    latest = (await state(talk))["latest_message"]
    assert (latest["intent"], latest["text"]) == ({"name": "greet", "confidence": 0.5}, "whatever")


async def test_action_runs_whatever_would_be_predicted(talk: Talk) -> None:
    result = await order(talk, RunAction(name="utter_greet", policy="mine", confidence=0.25))
    assert [reply.text for reply in result.replies] == ["hello"]
    ran = [event for event in result.events if event["event"] == "action"][-1]
    assert (ran["name"], ran["policy"], ran["confidence"]) == ("utter_greet", "mine", 0.25)
    with pytest.raises(EngineError, match="no action `utter_nothing`"):
        await order(talk, RunAction(name="utter_nothing"))


async def test_forecast_tells_every_action_and_who_says_so(talk: Talk) -> None:
    await order(talk, LogMessage(text="hiya", message_id="7"))
    forecast = await engine_of(talk).predict(talk.tracker)
    assert max(forecast.scores, key=lambda score: score[1]) == ("utter_greet", forecast.confidence)
    assert (forecast.policy, forecast.confidence) == ("RulePolicy", 1.0)
    assert {"action_listen", "utter_bye"} <= {name for name, _ in forecast.scores}


async def test_replay_comes_to_where_the_conversation_stands(talk: Talk) -> None:
    await order(talk, BeginSession())
    log = list(talk.last.events) if talk.last else []
    for text in ("/order", '/inform{"size": "L"}', "gift wrap, please", "/greet"):
        await talk.say(text)
        log += talk.last.events if talk.last else ()
    replayed = await engine_of(talk).replay(tuple(log))
    assert await engine_of(talk).describe("a", replayed.tracker) == await state(talk)
    applied = [log[position]["event"] for position in replayed.applied]
    assert applied[0] == "action"
    assert 0 < len(applied) < len(log)  # a form's own turns do not count once it ran again


@pytest.mark.parametrize(
    "event",
    [
        {"event": "nothing"},
        {},
        {"event": "slot"},
        {"event": "user", "parse_data": "x"},
        {"event": "action", "metadata": 3, "confidence": {}},
    ],
)
async def test_event_that_is_none_is_refused_with_its_place(talk: Talk, event: dict[str, Any]) -> None:
    before = json.dumps(talk.tracker)
    with pytest.raises(EngineError, match="event 1 of the list"):
        await order(talk, AppendEvents(events=({"event": "pause"}, event)))
    assert json.dumps(talk.tracker) == before
