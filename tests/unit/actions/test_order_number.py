import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.order_number import parse_order_number


@pytest.mark.parametrize(
    "text",
    [
        "LY-104233",
        "ly-104233",
        "LY104233",
        "ly 104233",
        "LY - 104233",
        "104233",
        "#104233",
        "it's LY-104233, thanks",
        '/inform_order_number{"order_number": "104233"}',
    ],
)
def test_order_number_is_found_as_customers_write_it(text: str) -> None:
    assert parse_order_number(text) == "LY-104233"


@pytest.mark.parametrize(
    "text", ["", "no idea", "12345", "1042333", "AB104233", "LY-10423", "0123 456 789 00"]
)
def test_order_number_is_not_invented(text: str) -> None:
    assert parse_order_number(text) is None


@given(st.text())
def test_order_number_of_any_text_is_none_or_well_formed(text: str) -> None:
    number = parse_order_number(text)
    assert number is None or (number.startswith("LY-") and len(number) == len("LY-104233"))


@given(st.from_regex(r"LY-[0-9]{6}", fullmatch=True))
def test_order_number_written_properly_stays_as_it_is(number: str) -> None:
    assert parse_order_number(number) == number
