"""What WhatsApp tells while another sender, such as Meta's own agent, has a conversation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.connector import InboundEvent, ReceiptState
from bot.domain.message import Attachment, Kind
from connectors.whatsapp.payload import parse_body
from tests.contracts.connectors.whatsapp import PHONE, USER_ID, change, contact, write
from tests.unit.connectors.whatsapp.acts import ACCOUNT, parse_one

USER = USER_ID[PHONE]
TITLES = [{"type": "reply", "reply": {"id": "a", "title": "Mug"}}, {"type": "other"}]
CARDS = [
    {
        "body": {"text": "Green"},
        "action": {"parameters": {"url": "https://x.example", "display_text": "Look"}},
    },
    {
        "body": {"text": "Blue"},
        "action": {
            "buttons": [{"type": "quick_reply", "quick_reply": {"title": "Take"}}],
            "cards": [{"body": {"text": "a card in a card"}}],
        },
    },
]
TEMPLATE = {
    "name": "sale",
    "components": [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": "5"}}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "Ann"},
                {"type": "currency", "currency": {"fallback_value": "5 EUR"}},
                {"type": "text", "text": "mug", "parameter_name": "thing"},
            ],
        },
    ],
}
DEFINITION = {
    "components": [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Dear {{1}}, {{2}} off your {{ thing }} until {{4}}"},
        {"type": "FOOTER", "text": "No more? Write stop"},
        {"type": "BUTTONS", "buttons": [{"text": "Shop"}]},
    ]
}


def overhear(**inner: Any) -> dict[str, Any]:
    return change("standby", standby=inner)


def send(kind: str, part: dict[str, Any], **more: Any) -> dict[str, Any]:
    message = {"to": f"+{PHONE}", "recipient": USER, "type": kind, kind: part}
    return overhear(message_echoes=[{"id": "wamid.e", "timestamp": "1700000000", "message": message, **more}])


def hand(kind: str, **more: Any) -> dict[str, Any]:
    told = change("messaging_handovers", type=kind, sender={"phone_number": PHONE}, timestamp="1700000000")
    value = told["entry"][0]["changes"][0]["value"]
    value["recipient"] = value.pop("metadata")
    value[kind] = more
    return told


def parse(body: dict[str, Any]) -> list[InboundEvent]:
    return parse_body(json.dumps(body).encode(), ACCOUNT)


def test_what_is_overheard_stands_one_level_deeper() -> None:
    heard = write(type="text", text={"body": "Where is it?"})
    status = {"id": "wamid.s", "status": "read", "recipient_id": PHONE}
    told = overhear(contacts=[contact()], messages=[heard], statuses=[status])
    for field in ("standby", None):
        told["entry"][0]["changes"][0]["field"] = field
        message, receipt = parse(told)
        assert (message.kind, message.content.text, message.for_staff) == (
            Kind.UNSUPPORTED,
            "Where is it?",
            True,
        )
        assert (message.conversation_key, message.metadata["standby"]) == (PHONE, True)
        assert receipt.receipt
        assert (receipt.target_id, receipt.receipt.state) == ("wamid.s", ReceiptState.READ)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (send("text", {"body": "On its way"}), "On its way"),
        (
            send(
                "interactive", {"type": "button", "body": {"text": "Which?"}, "action": {"buttons": TITLES}}
            ),
            "Which?\nMug",
        ),
        (
            send(
                "interactive",
                {"action": {"sections": [{"rows": [{"title": "9:00", "description": "last"}, 5]}]}},
            ),
            "9:00 - last",
        ),
        (
            send(
                "interactive", {"header": {"text": "Visit"}, "action": {"parameters": {"flow_cta": "Book"}}}
            ),
            "Visit\nBook",
        ),
        (send("interactive", {"action": {"cards": CARDS}}), "Green\nLook: https://x.example\nBlue\nTake"),
        (
            send("image", {"link": "https://x.example/a.jpg", "caption": "Mugs"}),
            "Mugs\nhttps://x.example/a.jpg",
        ),
        (
            send("template", TEMPLATE, template=DEFINITION),
            "Dear Ann, 5 EUR off your mug until {{4}}\nNo more? Write stop",
        ),
        (send("template", TEMPLATE), "sale"),
    ],
)
def test_what_another_sender_wrote_is_the_brands_word(body: dict[str, Any], words: str) -> None:
    event = parse_one(body)
    assert (event.kind, event.event_id, event.content.text) == (Kind.ECHO, "wamid.e", words)
    assert (event.conversation_key, event.sender.native_id) == (PHONE, USER)
    assert event.platform_at
    assert not event.reply_context


def test_place_that_another_sender_sent_is_one() -> None:
    event = parse_one(send("location", {"latitude": "48.2", "longitude": "16.4", "name": "Shop"}))
    assert event.content.attachments == (
        Attachment(kind="location", ref="geo:48.200000,16.400000", name="Shop"),
    )


def test_what_another_sender_wrote_to_a_group_is_nobodys_message() -> None:
    message = {"to": "G1", "recipient_type": "group", "type": "text", "text": {"body": "Hello"}}
    event = parse_one(overhear(message_echoes=[{"id": "wamid.e", "message": message}]))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


def test_echo_that_holds_nothing_takes_no_other_with_it() -> None:
    good = {"id": "wamid.e", "message": {"to": PHONE, "type": "text", "text": {"body": "Hello"}}}
    bad = [5, {}, {"id": "wamid.1", "message": {"type": "interactive", "interactive": {}}}]
    events = parse(overhear(message_echoes=[*bad, good]))
    assert [event.kind for event in events] == [*[Kind.UNSUPPORTED] * 3, Kind.ECHO]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            hand(
                "control_passed",
                metadata="They asked for a person",
                conversation_context={"summary": {"text": "A mug is late"}},
            ),
            "The conversation was passed on to you. They asked for a person. A mug is late",
        ),
        (hand("control_taken"), "Another sender took the conversation"),
    ],
)
def test_staff_read_who_has_the_conversation(body: dict[str, Any], words: str) -> None:
    event = parse_one(body)
    assert (event.kind, event.conversation_key, event.for_staff) == (Kind.UNSUPPORTED, PHONE, True)
    assert event.metadata["note"] == words
    assert event.platform_at


def test_handover_of_another_number_is_not_ours() -> None:
    told = hand("control_passed")
    told["entry"][0]["changes"][0]["value"]["recipient"]["phone_number_id"] = "77"
    assert parse(told) == []


def test_handover_of_nobody_is_in_no_conversation() -> None:
    told = hand("control_passed")
    del told["entry"][0]["changes"][0]["value"]["sender"]
    assert parse_one(told).conversation_key == ""
