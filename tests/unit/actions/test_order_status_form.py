from typing import Any

import pytest

from actions.order_status_form import ActionAskOrderNumber, ValidateOrderStatusForm
from tests.unit.actions.conversation import changes, make_tracker, run_action, slot_event, user_event

DOMAIN = {"forms": {"order_status_form": {"required_slots": ["order_number"]}}}


async def validate(
    text: str, *, intent: str = "inform_order_number", misses: float = 0.0
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Give the form one text as its order number, as Rasa posts it: the candidate slot comes last."""
    tracker = make_tracker(
        user_event(text, intent),
        {"event": "action", "name": "order_status_form"},
        slot_event("order_number", text),
        slots={"order_number": text, "requested_slot": "order_number", "order_number_misses": misses},
        active_loop="order_status_form",
    )
    messages, events = await run_action(ValidateOrderStatusForm(), tracker, DOMAIN)
    return messages, changes(events)


@pytest.mark.parametrize("text", ["LY-104233", "ly104233", "104233", "it is ly 104233 I think"])
async def test_form_normalises_an_order_number(text: str) -> None:
    messages, slots = await validate(text, misses=1.0)
    assert messages == []
    assert slots == {"order_number": "LY-104233", "order_number_misses": 0.0}


async def test_form_explains_the_first_miss() -> None:
    messages, slots = await validate("no clue", intent="nlu_fallback")
    assert [message["response"] for message in messages] == ["utter_order_number_invalid"]
    assert slots == {"order_number": None, "order_number_misses": 1.0}


async def test_form_leaves_the_second_miss_to_the_question() -> None:
    messages, slots = await validate("no clue", intent="nlu_fallback", misses=1.0)
    assert messages == []
    assert slots == {"order_number": None, "order_number_misses": 2.0}


async def test_form_does_not_count_a_repeated_order_question_as_a_miss() -> None:
    messages, slots = await validate("so where is my order??", intent="ask_order_status")
    assert messages == []
    assert slots == {"order_number": None}


@pytest.mark.parametrize(
    ("misses", "response"),
    [
        (None, "utter_ask_order_number"),
        (0.0, "utter_ask_order_number"),
        (1.0, "utter_ask_order_number"),
        (2.0, "utter_order_number_offer_person"),
        (5.0, "utter_order_number_offer_person"),
    ],
)
async def test_question_offers_a_person_after_two_misses(misses: float | None, response: str) -> None:
    tracker = make_tracker(user_event("hm", "nlu_fallback"), slots={"order_number_misses": misses})
    [message], events = await run_action(ActionAskOrderNumber(), tracker)
    assert message["response"] == response
    assert events == []
