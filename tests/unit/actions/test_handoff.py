from typing import Any

import pytest

from actions.default_fallback import ActionDefaultFallback
from actions.handoff import ActionHandoff
from actions.handoff_payload import QUOTE_LENGTH
from tests.unit.actions.conversation import make_tracker, run_action, user_event


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
    tracker = make_tracker(
        user_event("my mic is\n late, ly 105310", "complaint_late_delivery"),
        slots={"order_number": "ly 105310", "product": "Cirrus"},
    )
    messages, _ = await run_action(ActionHandoff(), tracker)
    assert get_payload(messages)["summary"] == (
        "Late delivery, order LY-105310, about the Cirrus. Last words: “my mic is late, ly 105310”"
    )


async def test_handoff_summary_quotes_words_and_not_a_button() -> None:
    tracker = make_tracker(
        user_event("can you mend a van", "nlu_fallback"), user_event("/ask_for_person", "ask_for_person")
    )
    messages, _ = await run_action(ActionHandoff(), tracker)
    assert get_payload(messages)["summary"] == "Asked for a person. Last words: “can you mend a van”"


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
