from typing import Any

import pytest

from actions.default_fallback import ActionDefaultFallback
from actions.handoff import ActionHandoff
from actions.handoff_payload import QUOTE_LENGTH
from tests.unit.actions.conversation import changes, make_tracker, run_action, user_event


def get_payload(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The handoff of a run that first told the customer about it."""
    told, payload = messages
    assert told["response"] == "utter_handoff"
    return dict(payload["custom"]["handoff"])


@pytest.mark.parametrize(
    ("intent", "reason", "priority", "queue"),
    [
        ("ask_for_person", "asked_for_person", "normal", "support"),
        ("complaint_late_delivery", "complaint_late_delivery", "high", "support"),
        ("complaint_broken_item", "complaint_broken_item", "high", "support"),
        ("complaint_double_charge", "complaint_double_charge", "urgent", "billing"),
        ("complaint_rude_service", "complaint_rude_service", "high", "support"),
        ("complaint_no_answer", "complaint_no_answer", "high", "support"),
        ("complaint_other", "complaint_other", "normal", "support"),
        ("complaint_refund", "complaint_refund", "high", "billing"),
        ("safety", "safety", "urgent", "support"),
        ("data_request", "data_request", "normal", "support"),
        ("greet", "not_understood", "normal", "support"),
    ],
)
async def test_handoff_carries_reason_priority_and_queue(
    intent: str, reason: str, priority: str, queue: str
) -> None:
    messages, events = await run_action(ActionHandoff(), make_tracker(user_event("please", intent)))
    payload = get_payload(messages)
    assert (payload["reason"], payload["priority"], payload["queue"]) == (reason, priority, queue)
    assert [event["event"] for event in events] == ["action", "pause"]


async def test_handoff_summary_names_order_product_and_last_words() -> None:
    named = [
        {"entity": "order_number", "value": "ly 105310"},
        {"entity": "product", "value": "cirrus"},
    ]
    tracker = make_tracker(
        user_event("my mic is\n late, ly 105310", "complaint_late_delivery", entities=named)
    )
    messages, _ = await run_action(ActionHandoff(), tracker)
    assert get_payload(messages)["summary"] == (
        "Late delivery, order LY-105310, Cirrus. Last words: “my mic is late, ly 105310”"
    )


async def test_handoff_summary_does_not_take_what_was_spoken_of_before_for_part_of_the_complaint() -> None:
    asked = [{"entity": "order_number", "value": "LY-104233"}, {"entity": "product", "value": "Wisp"}]
    tracker = make_tracker(
        user_event("when does LY-104233 come, the Wisp", "ask_order_status", entities=asked),
        user_event("and your staff is rude", "complaint_rude_service"),
        slots={"order_number": "LY-104233"},
    )
    messages, _ = await run_action(ActionHandoff(), tracker)
    assert get_payload(messages)["summary"] == (
        "Rude service. Spoken of before: order LY-104233, Wisp. Last words: “and your staff is rude”"
    )


async def test_handoff_summary_forgets_what_another_session_was_about() -> None:
    asked = [{"entity": "product", "value": "Wisp"}]
    tracker = make_tracker(
        user_event("how much is the Wisp", "ask_price", entities=asked),
        {"event": "session_started"},
        user_event("you are rude", "complaint_rude_service"),
    )
    messages, _ = await run_action(ActionHandoff(), tracker)
    assert get_payload(messages)["summary"] == "Rude service. Last words: “you are rude”"


async def test_handoff_empties_the_order_form() -> None:
    tracker = make_tracker(
        user_event("a person please", "ask_for_person"),
        slots={"order_number": "LY-104233", "email": "anna@example.com", "order_misses": 2.0},
    )
    _, events = await run_action(ActionHandoff(), tracker)
    assert changes(events) == {"order_number": None, "email": None, "order_misses": None}


async def test_handoff_summary_quotes_words_and_not_a_button() -> None:
    tracker = make_tracker(
        user_event("can you mend a van", "nlu_fallback"), user_event("/ask_for_person", "ask_for_person")
    )
    messages, _ = await run_action(ActionHandoff(), tracker)
    assert get_payload(messages)["summary"] == "Asked for a person. Last words: “can you mend a van”"


async def test_handoff_summary_tells_that_they_write_in_another_language() -> None:
    tracker = make_tracker(
        user_event("Wo bleibt mein Paket?", "nlu_fallback", language="de"),
        user_event("/ask_for_person", "ask_for_person"),
    )
    messages, _ = await run_action(ActionHandoff(), tracker)
    assert get_payload(messages)["summary"] == (
        "Asked for a person. They write in another language (de). Last words: “Wo bleibt mein Paket?”"
    )


async def test_handoff_summary_stays_short() -> None:
    messages, _ = await run_action(ActionHandoff(), make_tracker(user_event("why " * 500, "complaint_other")))
    assert len(get_payload(messages)["summary"]) < QUOTE_LENGTH + 100


async def test_handoff_ends_a_running_form() -> None:
    tracker = make_tracker(user_event("a person please", "ask_for_person"), active_loop="order_status_form")
    _, events = await run_action(ActionHandoff(), tracker)
    assert [event["event"] for event in events] == ["active_loop", "slot", "action", "pause"]
    assert events[0]["name"] is None
    assert (events[1]["name"], events[1]["value"]) == ("requested_slot", None)


async def test_default_fallback_ends_with_a_person() -> None:
    tracker = make_tracker(user_event("qwe", "nlu_fallback"), user_event("rtz", "nlu_fallback"))
    messages, events = await run_action(ActionDefaultFallback(), tracker)
    payload = get_payload(messages)
    assert payload["reason"] == "not_understood"
    assert payload["summary"] == "The bot did not understand. Last words: “rtz”"
    assert [event["event"] for event in events] == ["rewind", "action", "pause"]


async def test_handoff_reason_is_what_was_decided_and_not_the_guess_below_it() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.4}, {"name": "complaint_other", "confidence": 0.3}]
    tracker = make_tracker(user_event("hm", "nlu_fallback", intent_ranking=ranking))
    messages, _ = await run_action(ActionHandoff(), tracker)
    assert get_payload(messages)["reason"] == "not_understood"


async def test_handoff_survives_a_conversation_without_a_message() -> None:
    messages, _ = await run_action(ActionDefaultFallback(), make_tracker())
    assert get_payload(messages)["summary"] == "The bot did not understand."
