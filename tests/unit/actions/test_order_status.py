import pytest

from actions.order_book import ORDER_BOOK, Order, OrderState
from actions.order_number import parse_order_number
from actions.order_status import ActionOrderStatus
from tests.unit.actions.conversation import changes, make_tracker, run_action, user_event


def track(number: str) -> tuple[str, str]:
    return f"where is {number}", "ask_order_status"


@pytest.mark.parametrize("order", ORDER_BOOK.values(), ids=list(ORDER_BOOK))
async def test_order_status_tells_the_state_of_each_order(order: Order) -> None:
    tracker = make_tracker(user_event(*track(order.number)), slots={"order_number": order.number})
    [message], events = await run_action(ActionOrderStatus(), tracker)
    assert message["response"] == f"utter_order_{order.state.value}"
    assert message["order_number"] == order.number
    assert message["items"] == order.items
    assert changes(events) == {"order_number": None, "last_order_number": order.number}


async def test_order_status_of_an_unknown_number_says_which_number() -> None:
    tracker = make_tracker(user_event(*track("LY-999999")), slots={"order_number": "LY-999999"})
    [message], events = await run_action(ActionOrderStatus(), tracker)
    assert message["response"] == "utter_order_unknown"
    assert message["order_number"] == "LY-999999"
    assert changes(events) == {"order_number": None}


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
        assert all(getattr(order, field) for field in needs[order.state])
