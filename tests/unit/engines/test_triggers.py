"""Turns that begin with an intent nobody said, as real Rasa 3.6.21 runs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.trigger import Trigger, read_entities
from bot.engines.engine import Turn, TurnResult
from tests.conversations.talk import Talk, build_engine
from tests.unit.dialogue.specs import RULES, action, intent, rule, spec


async def trigger(talk: Talk, happened: Trigger) -> TurnResult:
    talk.now += timedelta(seconds=10)
    talk.last = await talk.engine.respond(
        Turn(
            sender_id="a",
            channel=talk.channel,
            messages=(),
            tracker=talk.tracker,
            now=talk.now,
            trigger=happened,
        ),
    )
    talk.tracker = talk.last.tracker
    return talk.last


def user_event(result: TurnResult) -> Any:
    return next(event for event in result.events if event["event"] == "user")


async def test_trigger_is_answered_as_its_intent_and_told_as_rasa_does() -> None:
    talk = Talk(build_engine(spec()))
    result = await trigger(talk, Trigger(intent="greet"))
    assert [reply.text for reply in result.replies] == ["hello"]
    assert talk.events("action") == ["action_session_start", "action_listen", "utter_greet", "action_listen"]
    event = user_event(result)
    assert event["text"] == "EXTERNAL: greet"
    assert event["metadata"] == {"is_external": True}
    assert event["parse_data"] == {"text": "EXTERNAL: greet", "intent": {"name": "greet"}, "entities": []}
    assert event["input_channel"] is None


async def test_trigger_has_the_channel_the_contact_last_wrote_on() -> None:
    talk = Talk(build_engine(spec()), channel="telegram")
    await talk.say("/greet")
    assert user_event(await trigger(talk, Trigger(intent="greet")))["input_channel"] == "telegram"


async def test_entities_of_a_trigger_fill_slots() -> None:
    talk = Talk(build_engine(spec()))
    result = await trigger(talk, Trigger(intent="order", entities=({"entity": "size", "value": "L"},)))
    assert [event["value"] for event in result.events if event.get("name") == "size"][-1:] == ["L"]
    assert [reply.text for reply in result.replies] == ["anything else?"]


async def test_paused_bot_stays_silent_when_triggered() -> None:
    talk = Talk(
        build_engine(
            spec(rules=(*RULES, rule("x", intent("yes"), action("action_x"))), actions=("action_x",))
        )
    )
    await talk.say("/yes")  # nobody wrote action_x: the bot gives up and pauses
    result = await trigger(talk, Trigger(intent="greet"))
    assert result.replies == ()
    assert user_event(result)["text"] == "EXTERNAL: greet"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"city": "Riga"}, ({"entity": "city", "value": "Riga"},)),
        ([{"entity": "city", "value": "Riga"}], ({"entity": "city", "value": "Riga"},)),
        (None, ()),
        ("Riga", ()),
        (["Riga", {"value": "Riga"}], ()),
    ],
)
def test_entities_are_read_in_both_forms(given: Any, read: Any) -> None:
    assert read_entities(given) == read


async def test_trigger_is_certain_where_policies_are_as_sure_as_understanding_is() -> None:
    policies = replace(spec().policies, rules_by_confidence=True)
    talk = Talk(build_engine(replace(spec(), policies=policies)))
    result = await trigger(talk, Trigger(intent="greet"))
    assert [event["confidence"] for event in result.events if event.get("name") == "utter_greet"] == [1.0]
