"""What WhatsApp's webhooks say beside messages, and how other versions of them say it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from bot.connector import InboundEvent
from bot.domain.message import Attachment, Kind
from connectors.whatsapp.payload import parse_body
from tests.contracts.connectors.whatsapp import (
    OTHER_PHONE,
    PHONE,
    USER_ID,
    about,
    change,
    contact,
    frame,
    said,
    write,
)
from tests.unit.connectors.whatsapp.acts import ACCOUNT, parse_one

USER, OTHER = USER_ID[PHONE], USER_ID[OTHER_PHONE]


def parse(body: dict[str, Any]) -> list[InboundEvent]:
    return parse_body(json.dumps(body).encode(), ACCOUNT)


def test_change_that_does_not_name_its_field_is_read_by_what_it_holds() -> None:
    body = frame("Where is it?")
    del body["entry"][0]["changes"][0]["field"]
    assert [event.content.text for event in parse(body)] == ["Where is it?"]
    echo = {"from": "1", "to": PHONE, "id": "wamid.e", "type": "text", "text": {"body": "On its way"}}
    body = change("smb_message_echoes", message_echoes=[echo])
    del body["entry"][0]["changes"][0]["field"]
    assert [event.kind for event in parse(body)] == [Kind.ECHO]


def test_message_without_an_id_is_read_once_and_quoted_never() -> None:
    message = write(type="text", text={"body": "Where is it?"})
    del message["id"]
    first, again = parse_one(said(message)), parse_one(said(copy.deepcopy(message)))
    assert (first.kind, first.content.text, first.reply_context) == (Kind.TEXT, "Where is it?", {})
    assert first.event_id == again.event_id


def test_new_user_id_is_known_where_no_number_is_shown() -> None:
    system = {"type": "user_changed_user_id", "user_id": OTHER, "previous_user_id": USER, "body": "x"}
    event = parse_one(change("messages", messages=[{"id": "wamid.s", "type": "system", "system": system}]))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, USER)
    assert (event.sender.native_id, event.sender.other_ids) == (OTHER, (USER,))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (about(1, "system", type="user_changed_number", wa_id=OTHER_PHONE), f"+{OTHER_PHONE}"),
        (about(1, "system", type="customer_identity_changed"), "make sure who writes"),
        (
            about(
                1, "interactive", type="call_permission_reply", call_permission_reply={"response": "accept"}
            ),
            "allow",
        ),
        (
            about(
                1, "interactive", type="call_permission_reply", call_permission_reply={"response": "reject"}
            ),
            "not want",
        ),
        (said(write(type="request_welcome")), "written nothing yet"),
        (about(1, "unsupported", type="poll_creation"), "poll"),
        (about(1, "unsupported", type="what comes next year"), "send it again"),
        (said(write(type="unsupported", errors=[{"code": 131051}])), "send it again"),
        (
            change(
                "calls",
                contacts=[contact()],
                calls=[{"id": "wacid.1", "from": PHONE, "event": "connect", "direction": "USER_INITIATED"}],
            ),
            "called",
        ),
        (
            change(
                "user_preferences",
                contacts=[contact()],
                user_preferences=[{"wa_id": PHONE, "value": "stop", "category": "marketing_messages"}],
            ),
            "no advertising",
        ),
    ],
)
def test_staff_read_in_words_what_cannot_be_shown(body: dict[str, Any], words: str) -> None:
    event = parse_one(body)
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, PHONE)
    assert words in str(event.metadata["note"])
    assert USER in {event.sender.native_id, *event.sender.other_ids}


@pytest.mark.parametrize(
    "call",
    [
        {"event": "terminate", "direction": "USER_INITIATED"},
        {"event": "connect", "direction": "BUSINESS_INITIATED"},
    ],
)
def test_of_a_call_only_its_beginning_is_told(call: dict[str, Any]) -> None:
    event = parse_one(change("calls", calls=[{"id": "wacid.1", "from": PHONE, **call}]))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


def test_product_that_is_passed_on_is_shown_with_its_words() -> None:
    product = {"type": "product", "body": {"text": "In blue?"}, "action": {"product_retailer_id": "mug-1"}}
    event = parse_one(said(write(type="interactive", interactive=product)))
    assert (event.kind, event.content.text) == (Kind.TEXT, "In blue?")
    assert event.content.attachments == (Attachment(kind="product", ref="product:mug-1"),)
    assert parse_one(about(1, "interactive", type="product")).kind is Kind.UNSUPPORTED


def test_what_metas_own_agent_handles_is_seen_and_not_answered() -> None:
    echo = {"from": "1", "to": PHONE, "id": "wamid.e", "type": "text", "text": {"body": "On its way"}}
    heard = write(type="text", text={"body": "Where is it?"})
    told = change("standby", contacts=[contact()], messages=[heard], message_echoes=[echo])
    first, second = parse(told)
    assert (first.kind, first.content.text, first.metadata) == (
        Kind.UNSUPPORTED,
        "Where is it?",
        {"standby": True},
    )
    assert (second.kind, second.content.text, second.conversation_key) == (Kind.ECHO, "On its way", PHONE)


def test_call_that_names_our_own_number_is_of_whoever_else_is_named() -> None:
    call = {"id": "wacid.1", "event": "connect", "from": "15550001111", "to": "1"}
    told = change("calls", contacts=[contact()], calls=[{**call, "from_user_id": USER}])
    value = told["entry"][0]["changes"][0]["value"]
    value["metadata"]["display_phone_number"] = "+1 555-000-1111"
    event = parse_one(told)
    assert (event.conversation_key, event.sender.native_id) == (PHONE, USER)
    assert "15550001111" not in event.sender.other_ids
    value["calls"], value["contacts"] = [call], []
    assert parse_one(told).conversation_key == ""


def test_our_own_number_is_known_however_it_is_written() -> None:
    told = said(write(type="text", text={"body": "Hello"}))
    told["entry"][0]["changes"][0]["value"]["metadata"]["display_phone_number"] = f"+{PHONE[0]} {PHONE[1:]}"
    event = parse_one(told)
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


def test_address_is_shown_as_whatsapp_writes_it() -> None:
    values = json.dumps({"saved_address_id": "1", "values": {"city": "Vienna"}})
    reply = {"name": "address_message", "body": "Ann\nVienna", "response_json": values}
    event = parse_one(said(write(type="interactive", interactive={"nfm_reply": reply})))
    assert event.content.text == "Ann\nVienna"
    assert "Vienna" in str(event.metadata["form"])
