"""Who writes, by whatever id the payload has."""

from __future__ import annotations

from typing import Any

import pytest
from pywa._helpers import resolve_recipient

from bot.errors import BadPayload
from connectors.whatsapp.people import Known, find_person, find_recipient, read_known
from connectors.whatsapp.render import read_target

PHONE, USER, PARENT = "16505551234", "US.13491208655302741918", "US.ENT.11815799212886844830"
BY_PHONE = {"from": PHONE}
BY_USER = {"from_user_id": USER}


def known(**ids: str) -> list[dict[str, Any]]:
    return [{"profile": {"name": "Ann"}, **ids}]


@pytest.mark.parametrize(
    ("message", "contacts", "key", "native_id", "other_ids"),
    [
        (BY_PHONE, known(wa_id=PHONE), PHONE, PHONE, ()),
        (BY_PHONE, known(wa_id=PHONE, user_id=USER), PHONE, USER, (PHONE,)),
        (BY_PHONE | BY_USER, known(wa_id=PHONE, user_id=USER), PHONE, USER, (PHONE,)),
        (BY_PHONE | BY_USER, [], PHONE, USER, (PHONE,)),
        (BY_USER, known(user_id=USER), USER, USER, ()),
        (BY_USER | {"from_parent_user_id": PARENT}, known(user_id=USER), USER, USER, (PARENT,)),
        ({"from": USER}, known(wa_id=USER), USER, USER, ()),
        ({"from": f"+{PHONE}"}, known(wa_id=PHONE), PHONE, PHONE, ()),
        ({"from": f"{PHONE} "}, [], PHONE, PHONE, ()),
        ({"from": "1 (650) 555-1234"}, [], PHONE, PHONE, ()),
        ({"from": int(PHONE)}, [], PHONE, PHONE, ()),
        # In some countries the number and its `wa_id` differ by a digit.
        (
            {"from": "5511987654321"},
            known(wa_id="551187654321"),
            "5511987654321",
            "5511987654321",
            ("551187654321",),
        ),
    ],
)
def test_key_is_the_number_and_id_the_user(
    message: dict[str, Any],
    contacts: list[dict[str, Any]],
    key: str,
    native_id: str,
    other_ids: tuple[str, ...],
) -> None:
    person = find_person(message, Known(contacts=contacts))
    assert (person.key, person.handle.native_id, person.handle.other_ids) == (key, native_id, other_ids)


def test_contact_of_a_batch_is_found_by_either_id() -> None:
    others: list[Any] = [{"wa_id": "4930", "user_id": "DE.9", "profile": {"name": "Eve"}}]
    mine: list[Any] = [{"wa_id": PHONE, "user_id": USER, "profile": {"name": "Ann", "username": "ann"}}]
    for message in (BY_PHONE, BY_USER):
        person = find_person(message, Known(contacts=[*others, *mine]))
        assert (person.handle.name, person.handle.username, person.key) == ("Ann", "ann", PHONE)
    assert find_person({"from": "1999555"}, Known(contacts=[*others, *mine])).handle.name is None


def test_nobody_is_no_person() -> None:
    with pytest.raises(BadPayload, match="from_user_id"):
        find_person({}, Known())


@pytest.mark.parametrize("key", [PHONE, USER, PARENT])
def test_reply_goes_to_the_field_that_the_id_belongs_in(key: str) -> None:
    theirs, _ = resolve_recipient(key)
    assert read_target(key) == {name: value for name, value in theirs.items() if value is not None}


@pytest.mark.parametrize("key", ["", "no:such:key", "US.", "us.12", "\uff11\uff12\uff13\uff14"])
def test_key_that_is_no_persons_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        read_target(key)


def test_number_that_was_given_up_is_not_written_to() -> None:
    with pytest.raises(ValueError, match="another number"):
        read_target("former:16505551234")


def test_only_contact_is_nobodys_where_a_change_concerns_several_people() -> None:
    ann, other = {"from": PHONE, "id": "wamid.1"}, {"from": "1999555", "id": "wamid.2"}
    told = read_known({"contacts": known(wa_id=PHONE, user_id=USER), "messages": [ann, ann, other]})
    assert find_person(ann, told).handle.native_id == USER
    person = find_person(other, told)
    assert (person.key, person.handle.native_id, person.handle.other_ids) == ("1999555", "1999555", ())
    assert person.handle.name is None


@pytest.mark.parametrize("name", ["recipient_parent_user_id", "parent_recipient_user_id"])
def test_owners_id_of_somebody_is_read_under_either_name(name: str) -> None:
    person = find_recipient({"recipient_user_id": USER, name: PARENT}, Known())
    assert (person.handle.native_id, person.handle.other_ids) == (USER, (PARENT,))


def test_username_is_kept_without_its_sign() -> None:
    contacts: list[Any] = [{"wa_id": PHONE, "profile": {"name": "Ann", "username": "@ann.lee"}}]
    assert find_person(BY_PHONE, Known(contacts=contacts)).handle.username == "ann.lee"
