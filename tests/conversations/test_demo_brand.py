"""The demo brand in dialogue: payload in → replies, slots, handoff out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk.promise import require_entry
from bot.dialogue.dialogue import Mistakes, compile_dialogue
from bot.dialogue.spec import DialogueSpec
from bot.domain.handoff import Priority
from bot.domain.message import Kind
from bot.domain.pipeline import DeskSpec
from bot.plugins import load_actions
from bot.rasa_format.project import load_project
from tests.conversations.talk import Talk, Words, build_engine, message

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def spec() -> DialogueSpec:
    return load_project(ROOT, {}).dialogue


@pytest.fixture
def talk(spec: DialogueSpec) -> Talk:
    return Talk(build_engine(spec, actions=load_actions(ROOT), words=Words(guess="ask_return")))


def slots(talk: Talk) -> dict[str, Any]:
    assert talk.last is not None
    return {str(event["name"]): event["value"] for event in talk.last.events if event["event"] == "slot"}


def test_rules_and_stories_do_not_contradict_each_other(spec: DialogueSpec) -> None:
    assert compile_dialogue(spec).mistakes == Mistakes()


async def test_question_is_answered_with_buttons_at_once(talk: Talk) -> None:
    assert await talk.say("/greet")
    assert talk.last is not None
    assert [button.payload for button in talk.last.replies[0].buttons]
    assert talk.last.handoff is None


async def test_order_form_asks_checks_and_answers(talk: Talk) -> None:
    assert len(await talk.say("/ask_order_status")) == 1
    refused, asked = await talk.say("my cat is called Bo")
    assert "order number" in refused
    assert asked
    assert slots(talk)["order_number"] is None
    [answer] = await talk.say('/inform_order_number{"order_number": "LY-104233"}')
    assert "LY-104233" in answer
    assert talk.events("action") == ["order_status_form", "action_order_status", "action_listen"]


async def test_form_lets_other_questions_in_and_asks_again(talk: Talk) -> None:
    await talk.say("/ask_order_status")
    replies = await talk.say("/ask_warranty")
    assert len(replies) == 2
    assert talk.events("action") == ["utter_warranty", "order_status_form", "action_listen"]


async def test_story_remembers_what_was_asked_two_questions_ago(talk: Talk) -> None:
    await talk.say("/ask_microphone_advice")
    await talk.say('/ask_price{"product": "Nova USB"}')
    await talk.say("/ask_cheaper")
    assert "utter_cheaper_microphones" in talk.events("action")


async def test_complaint_reaches_a_person_with_reason_and_silences_the_bot(talk: Talk) -> None:
    replies = await talk.say("/complaint_double_charge")
    assert len(replies) == 2
    assert talk.last is not None
    handoff = talk.last.handoff
    assert handoff is not None
    assert (handoff.reason, handoff.priority, handoff.queue) == (
        "complaint_double_charge",
        Priority.URGENT,
        "billing",
    )
    assert all(reply.custom is None for reply in talk.last.replies)
    assert await talk.say("hello? anybody?") == []
    assert talk.events() == ["user"]


async def test_conversation_given_back_is_answered_again(talk: Talk) -> None:
    await talk.say("/ask_for_person")
    assert await talk.say("/greet") == []
    assert await talk.say("/greet", resumed=True)


async def test_events_name_the_response_so_that_a_promise_is_seen(talk: Talk) -> None:
    await talk.say("/ask_for_person")
    assert talk.last is not None
    assert require_entry(None, talk.last.events, DeskSpec()) is not None


async def test_twice_not_understood_goes_to_a_person(talk: Talk) -> None:
    [question] = await talk.say("flurb")
    assert question
    assert talk.last is not None
    assert "/ask_return" in [button.payload for button in talk.last.replies[0].buttons]
    await talk.say("flurb flurb")
    assert talk.last.handoff is not None
    assert talk.last.handoff.reason == "not_understood"


async def test_guess_that_is_confirmed_is_answered(talk: Talk) -> None:
    await talk.say("flurb")
    await talk.say("/ask_return")
    assert "utter_return" in talk.events("action")


async def test_picture_without_words_is_asked_about(talk: Talk) -> None:
    result = await talk.send(message("", kind=Kind.MEDIA))
    assert result.replies
    assert result.understandings == (None,)


async def test_session_expires_and_slots_are_carried_over(talk: Talk) -> None:
    await talk.say('/ask_price{"product": "Halo"}')
    await talk.say("/greet", after=timedelta(hours=2))
    assert talk.events()[:2] == ["action_session_start", "session_started"]
    assert slots(talk)["product"] == "Halo"


async def test_tracker_and_cost_do_not_grow_with_the_conversation(talk: Talk) -> None:
    sizes = []
    texts = ("/greet", "/ask_headphone_advice", "/ask_cheaper", "/thank", "/ask_warranty")
    for number in range(120):
        await talk.say(texts[number % len(texts)])
        sizes.append(len(str(talk.tracker)))
    assert max(sizes[60:]) <= 1.01 * max(sizes[20:60])  # message ids get longer
