"""The demo brand's order form: it tells an order to its buyer only, and lets everything else through."""

from __future__ import annotations

import pytest

from tests.conversations.brand import load_spec, slots, start_talk
from tests.conversations.talk import Talk

ABOUT_THE_ORDER = {
    "affirm",
    "ask_order_status",
    "greet",
    "inform_email",
    "inform_order_number",
    "nlu_fallback",
    "out_of_scope",
    "thank",
}
BOTH = '{"order_number": "LY-104233", "email": "anna@example.com"}'


@pytest.fixture
def talk() -> Talk:
    return start_talk()


def list_other_intents() -> list[str]:
    made_by_rasa = {"restart", "back", "session_start"}
    return sorted(set(load_spec().domain.intents) - ABOUT_THE_ORDER - made_by_rasa)


async def test_order_is_told_once_number_and_email_are_known(talk: Talk) -> None:
    [question] = await talk.say("/ask_order_status")
    assert "order number" in question
    [question] = await talk.say('/inform_order_number{"order_number": "104233"}')
    assert "email" in question
    [answer] = await talk.say('/inform_email{"email": "Anna@example.com"}')
    assert "LY-104233" in answer
    assert "DPD" in answer


async def test_order_is_told_at_once_when_the_question_holds_both(talk: Talk) -> None:
    [answer] = await talk.say(f"/ask_order_status{BOTH}")
    assert "DPD" in answer


async def test_wrong_email_tells_nothing_and_the_third_try_reaches_a_person(talk: Talk) -> None:
    for _ in range(2):
        [answer] = await talk.say(
            '/ask_order_status{"order_number": "LY-104233", "email": "eve@example.com"}'
        )
        assert "I find no order LY-104233" in answer
        assert "DPD" not in answer
    await talk.say('/ask_order_status{"order_number": "LY-106002", "email": "eve@example.com"}')
    assert talk.last is not None
    assert talk.last.handoff is not None
    assert talk.last.handoff.reason == "order_not_found"


async def test_leaving_the_form_buys_no_new_tries(talk: Talk) -> None:
    await talk.say("/ask_order_status")
    await talk.say("flurb")
    await talk.say("/deny")
    await talk.say("/ask_order_status")
    await talk.say("flurb")
    await talk.say("/deny")
    await talk.say("/ask_order_status")
    await talk.say("flurb")
    assert talk.last is not None
    assert talk.last.handoff is not None


async def test_words_that_are_no_number_are_explained_then_a_person_is_offered_then_fetched(
    talk: Talk,
) -> None:
    await talk.say("/ask_order_status")
    refused, asked = await talk.say("my cat is called Bo")
    assert "cannot find an order number" in refused
    assert asked
    [offer] = await talk.say("and my dog Al")
    assert "talk to a person" in offer
    await talk.say("nothing")
    assert talk.last is not None
    assert talk.last.handoff is not None


@pytest.mark.parametrize("intent", list_other_intents())
@pytest.mark.parametrize("asked_for", ["order_number", "email"])
async def test_form_swallows_nothing_that_is_about_something_else(
    talk: Talk, intent: str, asked_for: str
) -> None:
    """ "LY-105310, and I want to speak to a person" is for a person, whatever the form was asking for."""
    number = "" if asked_for == "order_number" else '{"order_number": "LY-104233"}'
    await talk.say(f"/ask_order_status{number}")
    assert slots(talk)["requested_slot"] == asked_for
    await talk.say(f"/{intent}{BOTH}")
    assert "action_order_status" not in talk.events("action")
    assert slots(talk).get("order_number") is None
    first, *_ = talk.events("action")
    assert first not in ("order_status_form", "action_two_stage_fallback")


@pytest.mark.parametrize(
    "intent", [intent for intent in list_other_intents() if intent.startswith("complaint_")]
)
async def test_complaint_in_the_form_reaches_a_person(talk: Talk, intent: str) -> None:
    await talk.say("/ask_order_status")
    await talk.say(f"/{intent}{BOTH}")
    assert talk.last is not None
    assert talk.last.handoff is not None
    assert talk.last.handoff.reason == intent


@pytest.mark.parametrize("intent", ["ask_for_person", "safety", "data_request"])
async def test_person_is_fetched_from_the_form(talk: Talk, intent: str) -> None:
    await talk.say("/ask_order_status")
    await talk.say(f"/{intent}{BOTH}")
    assert talk.last is not None
    assert talk.last.handoff is not None


async def test_stop_is_obeyed_in_the_form(talk: Talk) -> None:
    await talk.say("/ask_order_status")
    await talk.say(f"/stop{BOTH}")
    assert talk.events("action") == ["action_leave_order_form", "utter_stop", "action_listen"]


@pytest.mark.parametrize("intent", ["cancel_order", "change_order", "change_address"])
async def test_wish_about_an_order_is_answered_in_the_form(talk: Talk, intent: str) -> None:
    await talk.say("/ask_order_status")
    await talk.say(f"/{intent}{BOTH}")
    assert talk.events("action")[:2] == [f"utter_{intent}", "order_status_form"]


@pytest.mark.parametrize(
    "before",
    [
        [f"/ask_order_status{BOTH}"],
        [f"/ask_invoice{BOTH}"],
        [f"/complaint_other{BOTH}"],
        ["/ask_order_status", '/inform_order_number{"order_number": "LY-104233"}', "/deny"],
        ["/ask_order_status", '/inform_order_number{"order_number": "LY-104233"}', "/stop"],
        ["/ask_order_status", '/inform_order_number{"order_number": "LY-104233"}', "/ask_for_person"],
    ],
)
async def test_number_of_an_old_question_answers_no_new_one(talk: Talk, before: list[str]) -> None:
    for text in before:
        await talk.say(text)
    [question] = await talk.say("/ask_order_status", resumed=True)
    assert "order number" in question
    assert slots(talk)["requested_slot"] == "order_number"
