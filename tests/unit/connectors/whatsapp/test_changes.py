"""What else a webhook tells: other ids, other numbers, news of the account, the word of staff."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.domain.message import Attachment, Kind
from bot.errors import BadPayload
from tests.contracts.connectors.whatsapp import (
    FAKE,
    OTHER_PHONE,
    PHONE,
    USER_ID,
    change,
    said,
    write,
)
from tests.unit.connectors.whatsapp.acts import USER, parse, parse_one


@pytest.mark.parametrize(
    "system",
    [
        {
            "type": "user_changed_number",
            "body": "User Ann changed from 16505551234 to 16505559876",
            "wa_id": OTHER_PHONE,
            "user_id": USER_ID[OTHER_PHONE],
            "previous_user_id": USER,
        },
        {"type": "user_changed_user_id", "user_id": USER_ID[OTHER_PHONE], "previous_user_id": USER},
    ],
)
def test_change_of_ids_names_old_and_new_as_one_person(system: dict[str, Any]) -> None:
    written = {"from": PHONE, "id": "wamid.s", "timestamp": "1750000000", "type": "system", "system": system}
    event = parse_one(change("messages", messages=[written]))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, PHONE)
    assert event.metadata["update"] == system["type"]
    known = {event.sender.native_id, *event.sender.other_ids}
    assert {PHONE, USER, USER_ID[OTHER_PHONE]} <= known
    assert event.sender.native_id == USER_ID[OTHER_PHONE]
    moved = system["type"] == "user_changed_number"
    assert set(event.sender.given_up) == {USER, *([PHONE] if moved else [])}


def test_number_is_given_up_though_the_new_one_is_not_told() -> None:
    system = {"type": "user_changed_number"}
    written = {"from": PHONE, "id": "wamid.s", "timestamp": "1750000000", "type": "system", "system": system}
    assert parse_one(change("messages", messages=[written])).sender.given_up == (PHONE,)


def test_other_device_gives_nothing_up() -> None:
    system = {"type": "customer_identity_changed", "identity": "hash", "customer": PHONE}
    written = {"from": PHONE, "id": "wamid.s", "timestamp": "1750000000", "type": "system", "system": system}
    assert parse_one(change("messages", messages=[written])).sender.given_up == ()


@pytest.mark.parametrize(("named", "key"), [({"wa_id": PHONE}, PHONE), ({}, USER)])
def test_new_user_id_that_is_told_by_itself_names_the_same_person(named: dict[str, str], key: str) -> None:
    parents = {"previous": "US.ENT.7", "current": "US.ENT.8"}
    update = {
        **named,
        "user_id": {"previous": USER, "current": USER_ID[OTHER_PHONE]},
        "parent_user_id": parents,
        "timestamp": "1750000000",
    }
    event = parse_one(change("user_id_update", user_id_update=[update]))
    assert (event.kind, event.conversation_key, event.for_staff) == (Kind.UNSUPPORTED, key, True)
    assert event.sender.native_id == USER_ID[OTHER_PHONE]
    assert {key, USER} <= set(event.sender.other_ids)
    assert "new id" in str(event.metadata["note"])
    assert event.platform_at is not None


@pytest.mark.parametrize(
    ("name", "key"),
    [("Ann", USER), (f"Ann changed from US.1 to {USER_ID[OTHER_PHONE]} and so on", USER)],
)
def test_old_user_id_is_read_from_the_words_where_nothing_else_tells_it(name: str, key: str) -> None:
    new = USER_ID[OTHER_PHONE]
    system = {
        "type": "user_changed_user_id",
        "user_id": new,
        "body": f"User {name} changed from {USER} to {new}",
    }
    written = {"id": "wamid.s", "timestamp": "1750000000", "type": "system", "system": system}
    event = parse_one(change("messages", messages=[written]))
    assert (event.conversation_key, event.sender.native_id, event.sender.other_ids) == (key, new, (USER,))
    elsewhere = {**system, "body": f"User {name} changed from {USER} to US.77"}
    assert parse_one(change("messages", messages=[{**written, "system": elsewhere}])).conversation_key == ""


def test_numbers_of_one_app_share_a_webhook_and_each_takes_its_own() -> None:
    mine, other = (said(write(type="text", text={"body": text})) for text in ("mine", "yours"))
    other["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "42"
    both = {**mine, "entry": [*other["entry"], *mine["entry"]]}
    assert [event.content.text for event in parse(both)] == ["mine"]
    elsewhere = {"id": "7", "changes": [{"field": "account_update", "value": {"event": "DISABLED_UPDATE"}}]}
    assert parse({**mine, "entry": [elsewhere]}) == []


def test_news_of_the_account_belong_to_no_conversation_and_are_known_again() -> None:
    frame = change("message_template_status_update", event="APPROVED", message_template_id=1)
    first, again = parse_one(frame), parse_one(copy.deepcopy(frame))
    assert (first.kind, first.conversation_key) == (Kind.UNSUPPORTED, "")
    assert first.metadata == {"update": "message_template_status_update"}
    assert first.event_id == again.event_id
    other = change("message_template_status_update", event="REJECTED", message_template_id=1)
    assert parse_one(other).event_id != first.event_id


def test_past_messages_that_staff_have_shared_are_no_new_ones() -> None:
    thread = {"id": PHONE, "messages": [write(type="text", text={"body": "a year ago"})]}
    event = parse_one(change("history", history=[{"threads": [thread]}]))
    assert (event.kind, event.content.text) == (Kind.UNSUPPORTED, "")


def test_word_of_staff_with_a_picture_is_an_echo() -> None:
    sent = {"from": FAKE.number, "to": f"+{PHONE}", "id": "wamid.e", "type": "image", "image": {"id": "41"}}
    event = parse_one(change("smb_message_echoes", message_echoes=[sent]))
    assert (event.kind, event.conversation_key) == (Kind.ECHO, PHONE)
    assert event.content.attachments == (Attachment(kind="photo", ref="41"),)
    revoked = {**sent, "type": "revoke", "revoke": {"original_message_id": "wamid.e"}}
    event = parse_one(change("smb_message_echoes", message_echoes=[revoked]))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, PHONE)


@pytest.mark.parametrize(
    "bad",
    [
        {"contacts": 5},
        {"contacts": [{"wa_id": {}, "profile": 5}]},
        {"metadata": {"phone_number_id": FAKE.phone_number_id, "display_phone_number": []}},
        {"statuses": "none"},
        {"errors": {"code": 1}},
    ],
)
def test_bad_surroundings_lose_no_message(bad: dict[str, Any]) -> None:
    frame = said(write(type="text", text={"body": "hi"}))
    frame["entry"][0]["changes"][0]["value"].update(bad)
    event = parse(frame)[0]
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.TEXT, "hi", PHONE)


def test_body_of_another_platform_is_refused() -> None:
    with pytest.raises(BadPayload, match="`object`"):
        parse({"object": "page", "entry": []})
