from typing import Any

import pytest
from rasa_sdk import Action

from actions.order_status_form import (
    ActionAskEmail,
    ActionAskOrderNumber,
    ActionLeaveOrderForm,
    ValidateOrderStatusForm,
)
from tests.unit.actions.conversation import changes, make_tracker, run_action, slot_event, user_event

DOMAIN = {"forms": {"order_status_form": {"required_slots": ["order_number", "email"]}}}


async def validate(
    value: object,
    *,
    slot: str = "order_number",
    intent: str = "inform_order_number",
    misses: object = None,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Give the form one value, as Rasa posts it: the candidate slot comes last."""
    tracker = make_tracker(
        user_event(str(value), intent),
        {"event": "action", "name": "order_status_form"},
        slot_event(slot, value),
        slots={slot: value, "requested_slot": slot, "order_misses": misses},
        active_loop="order_status_form",
    )
    messages, events = await run_action(ValidateOrderStatusForm(), tracker, DOMAIN)
    return messages, changes(events)


@pytest.mark.parametrize("text", ["LY-104233", "ly104233", "104233", "it is ly 104233 I think"])
async def test_form_normalises_an_order_number(text: str) -> None:
    assert await validate(text, misses=1.0) == ([], {"order_number": "LY-104233"})


async def test_form_normalises_an_email_address() -> None:
    assert await validate("it's Anna@Example.com", slot="email") == ([], {"email": "anna@example.com"})


@pytest.mark.parametrize(
    ("slot", "response"), [("order_number", "utter_order_number_invalid"), ("email", "utter_email_invalid")]
)
async def test_form_explains_the_first_miss(slot: str, response: str) -> None:
    messages, slots = await validate("no clue", slot=slot, intent="nlu_fallback")
    assert [message["response"] for message in messages] == [response]
    assert slots == {slot: None, "order_misses": 1.0}


@pytest.mark.parametrize("slot", ["order_number", "email"])
async def test_form_leaves_the_second_miss_to_the_question(slot: str) -> None:
    messages, slots = await validate("no clue", slot=slot, intent="nlu_fallback", misses=1.0)
    assert messages == []
    assert slots == {slot: None, "order_misses": 2.0}


@pytest.mark.parametrize("slot", ["order_number", "email"])
async def test_form_gives_up_at_the_third_miss(slot: str) -> None:
    messages, slots = await validate("no clue", slot=slot, intent="nlu_fallback", misses=2.0)
    assert messages == []
    assert slots == {slot: None, "order_misses": 3.0, "requested_slot": None}


@pytest.mark.parametrize(
    ("slot", "said", "intent"),
    [
        ("order_number", "so where is my order??", "ask_order_status"),
        ("email", "so where is my order??", "ask_order_status"),
        ("order_number", "anna@example.com", "inform_email"),
        ("email", "sorry, it is LY-104871", "inform_order_number"),
    ],
)
async def test_form_does_not_count_what_was_not_meant_as_this_answer(
    slot: str, said: str, intent: str
) -> None:
    assert await validate(said, slot=slot, intent=intent) == ([], {slot: None})


@pytest.mark.parametrize("odd", [[{"a": 1}], {"a": 1}, 7, True])
@pytest.mark.parametrize("slot", ["order_number", "email"])
async def test_form_takes_any_other_value_for_a_miss(slot: str, odd: object) -> None:
    _, slots = await validate(odd, slot=slot, misses=odd if isinstance(odd, list | dict) else None)
    assert slots == {slot: None, "order_misses": 1.0}


@pytest.mark.parametrize(
    ("action", "question", "offer"),
    [
        (ActionAskOrderNumber(), "utter_ask_order_number", "utter_order_number_offer_person"),
        (ActionAskEmail(), "utter_ask_email", "utter_email_offer_person"),
    ],
)
@pytest.mark.parametrize("misses", [None, 0.0, 1.0, 2.0, 3.0])
async def test_question_offers_a_person_after_two_misses(
    action: Action, question: str, offer: str, misses: float | None
) -> None:
    tracker = make_tracker(user_event("hm", "nlu_fallback"), slots={"order_misses": misses})
    [message], events = await run_action(action, tracker)
    assert message["response"] == (offer if (misses or 0) >= 2 else question)
    assert events == []


async def test_leaving_the_form_forgets_what_it_had_but_not_the_tries() -> None:
    tracker = make_tracker(
        user_event("no", "deny"),
        slots={"order_number": "LY-104233", "order_misses": 2.0},
        active_loop="order_status_form",
    )
    messages, events = await run_action(ActionLeaveOrderForm(), tracker)
    assert messages == []
    assert events[0] == {"event": "active_loop", "timestamp": None, "name": None}
    assert changes(events) == {"requested_slot": None, "order_number": None}
