from typing import Any

import pytest

from actions.affirm import ActionAffirm
from actions.ask_affirmation import ActionDefaultAskAffirmation
from tests.unit.actions.conversation import changes, make_tracker, run_action, slot_event, user_event


def unsure(*ranking: tuple[str, float]) -> dict[str, Any]:
    """A text that was not understood, with what it may have meant."""
    guesses = [{"name": "nlu_fallback", "confidence": 0.4}]
    guesses += [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return user_event("parcel hm", "nlu_fallback", intent_ranking=guesses)


async def test_doubt_is_put_in_human_words_with_three_ways_out() -> None:
    tracker = make_tracker(unsure(("greet", 0.38), ("ask_order_status", 0.36)))
    [message], events = await run_action(ActionDefaultAskAffirmation(), tracker)
    assert message["response"] == "utter_ask_affirmation"
    assert message["suggestion"] == "where your order is"
    assert [button["payload"] for button in message["buttons"]] == [
        "/ask_order_status",
        "/out_of_scope",
        "/ask_for_person",
    ]
    assert changes(events) == {"suggested_intent": "ask_order_status"}


@pytest.mark.parametrize(
    "ranking", [[], [("ask_order_status", 0.05)], [("complaint_other", 0.2)], [("greet", 0.3), ("deny", 0.3)]]
)
async def test_doubt_without_a_likely_meaning_asks_for_other_words(ranking: list[tuple[str, float]]) -> None:
    [message], events = await run_action(ActionDefaultAskAffirmation(), make_tracker(unsure(*ranking)))
    assert message["response"] == "utter_ask_affirmation_open"
    assert changes(events) == {"suggested_intent": None}


async def test_typed_yes_does_what_the_button_does() -> None:
    tracker = make_tracker(
        unsure(("ask_price", 0.35)), slot_event("suggested_intent", "ask_price"), user_event("yes", "affirm")
    )
    messages, events = await run_action(ActionAffirm(), tracker)
    assert messages == []
    assert changes(events) == {"suggested_intent": None}
    assert [event["event"] for event in events] == ["slot", "action", "user"]
    assert events[1]["name"] == "action_listen"
    assert events[2]["text"] == "/ask_price"
    assert events[2]["parse_data"]["intent"]["name"] == "ask_price"


@pytest.mark.parametrize(
    "events",
    [
        [user_event("yes", "affirm")],
        [slot_event("suggested_intent", "ask_price"), user_event("hi", "greet"), user_event("yes", "affirm")],
        [
            unsure(("ask_price", 0.35)),
            slot_event("suggested_intent", "ask_price"),
            slot_event("suggested_intent", None),
            user_event("yes", "affirm"),
        ],
    ],
    ids=["nothing asked", "asked long ago", "already answered"],
)
async def test_yes_to_nothing_asks_what_it_is_about(events: list[dict[str, Any]]) -> None:
    [message], _ = await run_action(ActionAffirm(), make_tracker(*events))
    assert message["response"] == "utter_affirm"
