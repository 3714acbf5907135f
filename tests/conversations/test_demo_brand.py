"""The demo brand in dialogue: payload in → replies, slots, handoff out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.desk.promise import require_entry
from bot.dialogue.dialogue import Mistakes, compile_dialogue
from bot.domain.handoff import Priority
from bot.domain.message import Kind
from bot.domain.pipeline import DeskSpec
from tests.conversations.brand import load_spec, slots, start_talk
from tests.conversations.talk import Talk, message


@pytest.fixture
def talk() -> Talk:
    return start_talk()


def name_responses(talk: Talk) -> list[object]:
    """The responses that the last turn said."""
    assert talk.last is not None
    said = [event.get("metadata") for event in talk.last.events if event["event"] == "bot"]
    return [metadata.get("utter_action") for metadata in said if isinstance(metadata, Mapping)]


def test_rules_and_stories_do_not_contradict_each_other() -> None:
    assert compile_dialogue(load_spec()).mistakes == Mistakes()


async def test_question_is_answered_with_buttons_at_once(talk: Talk) -> None:
    assert await talk.say("/greet")
    assert talk.last is not None
    assert [button.payload for button in talk.last.replies[0].buttons]
    assert talk.last.handoff is None


async def test_form_lets_other_questions_in_and_asks_again(talk: Talk) -> None:
    await talk.say("/ask_order_status")
    replies = await talk.say("/ask_warranty")
    assert len(replies) == 2
    assert talk.events("action") == ["utter_warranty", "order_status_form", "action_listen"]


@pytest.mark.parametrize(
    ("before", "answer"),
    [
        (["/ask_microphone_advice", '/ask_price{"product": "Nova X"}'], "utter_cheaper_microphones"),
        (["/ask_interface_advice", "/ask_price", "/ask_price"], "utter_cheaper_interfaces"),
        (["/ask_headphone_advice", "/ask_cheaper"], "utter_cheaper_headphones"),
        (["/greet"], "utter_price_list"),
        (["/ask_cheaper"], "utter_price_list"),
        ([], "utter_price_list"),
    ],
)
async def test_something_cheaper_is_answered_wherever_it_is_asked(
    talk: Talk, before: list[str], answer: str
) -> None:
    for text in before:
        await talk.say(text)
    await talk.say("/ask_cheaper")
    assert talk.last is not None
    assert talk.last.handoff is None
    assert name_responses(talk) == [answer]


async def test_place_named_once_is_not_meant_for_ever(talk: Talk) -> None:
    [london] = await talk.say('/ask_stores{"city": "London"}')
    assert "Tallow Street" in london
    [all_shops] = await talk.say("/ask_stores")
    assert "London, Bristol and Berlin" in all_shops
    await talk.say('/ask_opening_hours{"city": "Berlin"}')
    assert await talk.say("/ask_stores") == [all_shops]
    [canada] = await talk.say('/ask_delivery_time{"country": "Canada"}')
    assert canada.startswith("To Canada")
    [general] = await talk.say("/ask_delivery_time")
    assert general.startswith("UK:")


async def test_price_after_praise_is_the_list(talk: Talk) -> None:
    await talk.say('/praise{"product": "Halo"}')
    [answer] = await talk.say("/ask_price")
    assert "Bridge 8" in answer


async def test_start_says_that_it_is_a_bot_and_what_it_can_do(talk: Talk) -> None:
    """The first message of every Telegram customer is /start."""
    [welcome] = await talk.say("/start")
    assert "a bot, not a person" in welcome
    assert "order" in welcome
    assert talk.last is not None
    assert talk.last.replies[0].buttons


async def test_danger_is_urgent_and_told_what_to_do_first(talk: Talk) -> None:
    advice, promise = await talk.say("/safety")
    assert "stop using it and do not charge it" in advice
    assert promise
    assert talk.last is not None
    assert talk.last.handoff is not None
    assert talk.last.handoff.priority is Priority.URGENT


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


@pytest.mark.parametrize("kind", [Kind.MEDIA, Kind.UNSUPPORTED])
async def test_message_without_words_is_asked_about_and_a_person_offered(talk: Talk, kind: Kind) -> None:
    result = await talk.send(message("", kind=kind))
    [reply] = result.replies
    assert "I am a bot" in reply.text
    assert "/ask_for_person" in [button.payload for button in reply.buttons]


async def test_picture_in_the_form_does_not_end_it(talk: Talk) -> None:
    await talk.say("/ask_order_status")
    await talk.send(message("", kind=Kind.MEDIA))
    assert talk.events("action") == ["utter_media", "order_status_form", "action_listen"]


async def test_session_expires_and_nothing_is_carried_over(talk: Talk) -> None:
    await talk.say('/ask_order_status{"order_number": "LY-104233"}')
    await talk.say("/ask_order_status", after=timedelta(hours=2))
    assert talk.events()[:2] == ["action_session_start", "session_started"]
    assert slots(talk)["requested_slot"] == "order_number"


async def test_tracker_and_cost_do_not_grow_with_the_conversation(talk: Talk) -> None:
    sizes = []
    texts = ("/greet", "/ask_headphone_advice", "/ask_cheaper", "/thank", "/ask_warranty")
    for number in range(120):
        await talk.say(texts[number % len(texts)])
        sizes.append(len(str(talk.tracker)))
    assert max(sizes[60:]) <= 1.01 * max(sizes[20:60])  # message ids get longer
