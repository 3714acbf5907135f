import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.email_address import parse_email


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("anna@example.com", "anna@example.com"),
        ("it's Anna.K@Example.com.", "anna.k@example.com"),
        ("<j.smith+lyra@mail.example.co.uk>, thanks", "j.smith+lyra@mail.example.co.uk"),
        ('/inform_email{"email": "anna@example.com"}', "anna@example.com"),
    ],
)
def test_email_is_found_as_customers_write_it(text: str, email: str) -> None:
    assert parse_email(text) == email


@pytest.mark.parametrize("text", ["", "anna", "anna@example", "@example.com", "anna at example.com"])
def test_email_is_not_invented(text: str) -> None:
    assert parse_email(text) is None


@given(st.text())
def test_email_of_any_text_is_none_or_is_found_again(text: str) -> None:
    email = parse_email(text)
    assert email is None or parse_email(email) == email
