from typing import Any

import pytest

from actions.email_address import parse_email
from actions.order_book import ORDER_BOOK, Order, OrderState
from actions.order_number import parse_order_number
from actions.order_status import ActionOrderStatus
from tests.unit.actions.conversation import changes, make_tracker, run_action, user_event

Messages = list[dict[str, Any]]


async def ask(number: object, email: object, *, misses: object = None) -> tuple[Messages, Messages]:
    slots = {"order_number": number, "email": email, "order_misses": misses}
    return await run_action(
        ActionOrderStatus(), make_tracker(user_event("where is it", "ask_order_status"), slots=slots)
    )


@pytest.mark.parametrize("order", ORDER_BOOK.values(), ids=list(ORDER_BOOK))
async def test_order_status_tells_the_state_of_each_order_and_forgets_it(order: Order) -> None:
    [message], events = await ask(order.number, order.email, misses=1.0)
    assert message["response"] == f"utter_order_{order.state.value}"
    assert message["order_number"] == order.number
    assert message["items"] == order.items
    assert changes(events) == {"order_number": None, "email": None, "order_misses": None}


async def test_order_is_told_to_nobody_else_and_not_even_that_there_is_one() -> None:
    """Six digits are soon guessed: who cannot name the email learns nothing from the answer."""
    [exists], events = await ask("LY-104233", "somebody@example.com")
    [invented], _ = await ask("LY-999999", "somebody@example.com")
    assert exists == {**invented, "order_number": "LY-104233"}
    assert exists["response"] == "utter_order_unknown"
    assert changes(events) == {"order_number": None, "email": None, "order_misses": 1.0}


async def test_third_try_reaches_a_person() -> None:
    messages, events = await ask("LY-104233", "somebody@example.com", misses=2.0)
    assert messages[0]["response"] == "utter_handoff"
    assert messages[1]["custom"]["handoff"]["reason"] == "order_not_found"
    assert changes(events) == {"order_number": None, "email": None, "order_misses": None}
    assert [event["event"] for event in events][-2:] == ["action", "pause"]


async def test_form_that_gave_up_reaches_a_person() -> None:
    messages, _ = await ask(None, None, misses=3.0)
    assert messages[1]["custom"]["handoff"]["reason"] == "order_not_found"


@pytest.mark.parametrize("odd", [[{"a": 1}], {"a": 1}, 7, True, float("nan"), -3.0, "1"])
async def test_order_status_bears_any_value_in_its_slots(odd: object) -> None:
    [message], _ = await ask(odd, odd, misses=odd)
    assert message["response"] == "utter_order_unknown"


def test_order_book_holds_every_state_and_what_its_answer_needs() -> None:
    needs = {
        OrderState.PACKED: ("expected",),
        OrderState.SHIPPED: ("since", "expected", "carrier", "tracking"),
        OrderState.DELIVERED: ("since", "carrier"),
        OrderState.DELAYED: ("expected", "note"),
        OrderState.CANCELLED: ("since",),
    }
    assert {order.state for order in ORDER_BOOK.values()} == set(OrderState)
    for number, order in ORDER_BOOK.items():
        assert parse_order_number(number) == number == order.number
        assert parse_email(order.email) == order.email
        assert all(getattr(order, field) for field in needs[order.state])
