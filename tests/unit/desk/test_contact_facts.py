"""What tells who somebody is, brought into one form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.contact_facts import (
    Fact,
    FactKind,
    Source,
    read_entity,
    read_handle,
    read_identity,
    read_words,
)

if TYPE_CHECKING:
    from bot.domain.json import JsonObject


def _of(facts: list[Fact], kind: FactKind) -> list[Fact]:
    return [fact for fact in facts if fact.kind is kind]


def test_an_address_is_the_same_however_it_is_written() -> None:
    (theirs,) = read_handle("email", "Mara@Lyra.example", None, None)
    (written,) = read_words("you find me at MARA@lyra.example.")
    assert theirs.digest == written.digest
    assert (theirs.source, written.source) == (Source.CHANNEL, Source.WRITTEN)
    (tagged,) = read_words("mara+shop@lyra.example")
    assert tagged.digest != theirs.digest  # at some providers that is another person


def test_no_address_is_kept_as_it_is() -> None:
    (email,) = read_handle("email", "mara.kowalczyk@lyra.example", None, None)
    phone, end = read_handle("sms", "+4915123456789", None, None)
    assert email.shown == "m…@lyra.example"
    assert phone.shown == end.shown == "+4915…789"


@pytest.mark.parametrize(
    "written",
    [
        "+49 151 23456789",
        "call me: +49 (0)151 2345-6789 please",
        "0049 151/23456789",
        "(+49151 23456789)",
    ],
)
def test_a_number_with_its_country_is_the_same_however_it_is_written(written: str) -> None:
    phone, _ = read_handle("whatsapp", "4915123456789", None, None)
    assert [each.digest for each in _of(read_words(written), FactKind.PHONE)] == [phone.digest]


def test_a_number_without_its_country_has_an_end_alone() -> None:
    _, end = read_handle("sms", "+4915123456789", None, None)
    (local,) = read_words("my number is 0151 23456789")
    assert local.kind is FactKind.PHONE_LOCAL
    assert local.digest == end.digest


@pytest.mark.parametrize(
    "text",
    [
        "delivered on 04.05.2026 12 pieces",
        "2026-11-23 03:28",
        "order 1234567890",
        "it cost 01.23",
        "my@id is @mara",
        "a" * 6000 + " mara@lyra.example",
        " ".join(f"mara{number}@lyra.example" for number in range(6)),  # a list says nothing of its author
    ],
)
def test_what_is_neither_address_nor_number_is_no_fact(text: str) -> None:
    assert read_words(text) == []


def test_a_user_id_is_no_phone_number() -> None:
    assert read_handle("whatsapp", "US.13491208655302741918", None, None) == []


def test_names_count_when_there_is_enough_of_them() -> None:
    facts = read_handle("x", "1", "Mara  Kowalczyk", "MaraK")
    assert [(each.kind, each.shown) for each in facts] == [
        (FactKind.PROFILE, "@marak, Mara Kowalczyk"),
        (FactKind.NAME, "Mara Kowalczyk"),
    ]
    assert read_handle("x", "1", "Mara", "MaraK") == []
    assert read_handle("webchat", "v1", "A B", None) == []
    on_mastodon = read_handle("mastodon", "7", "mara kowalczyk", "marak@social.example")
    assert on_mastodon[0].digest == facts[0].digest


def test_the_brands_own_word_of_a_visitor_is_taken_as_that() -> None:
    told: JsonObject = {"id": "c-77", "email": "mara@lyra.example", "phone": None, "name": 5}
    facts = read_identity({**told, "verified": True, "claimed": {"phone": "+49 151 23456789"}})
    assert [(each.kind, each.source) for each in facts] == [
        (FactKind.CUSTOMER, Source.IDENTITY),
        (FactKind.EMAIL, Source.IDENTITY),
        (FactKind.PHONE, Source.WRITTEN),
        (FactKind.PHONE_END, Source.WRITTEN),
    ]
    assert read_identity(told) == []


def test_numbers_of_orders_are_compared_without_their_dashes() -> None:
    (one,), (other,) = read_entity("order_number", "A-10234"), read_entity("order_id", "a10234")
    assert one.digest == other.digest
    assert one.shown == "A-10234"
    assert read_entity("order_number", "my order") == []
    assert read_entity("product", "A-10234") == []


@given(st.text(), st.text(), st.text())
def test_anything_may_be_written(text: str, name: str, username: str) -> None:
    for fact in [
        *read_words(text),
        *read_handle("x", text, name, username),
        *read_handle("sms", text, name, None),
    ]:
        assert len(fact.digest) == 16
        assert fact.shown


@given(st.text(alphabet="0123456789+ ()./-a@.", max_size=60))
def test_anything_like_a_number_may_be_written(text: str) -> None:
    for fact in read_words(text):
        assert len(fact.digest) == 16
