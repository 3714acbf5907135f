"""What people send, type by type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.message import Attachment, Kind
from tests.contracts.connectors.whatsapp import (
    FAKE,
    PHONE,
    about,
    said,
    write,
)
from tests.unit.connectors.whatsapp.acts import USER, interactive, parse_one

BUY = '/buy{"item": "grüner Becher"}'


@pytest.mark.parametrize(
    ("kind", "part", "found"),
    [
        ("image", {"mime_type": "image/jpeg"}, Attachment(kind="photo", ref="41", mime="image/jpeg")),
        ("video", {"mime_type": "video/mp4"}, Attachment(kind="video", ref="41", mime="video/mp4")),
        ("audio", {"voice": False}, Attachment(kind="audio", ref="41")),
        ("audio", {"voice": True}, Attachment(kind="voice", ref="41")),
        ("voice", {}, Attachment(kind="voice", ref="41")),
        ("sticker", {"animated": True}, Attachment(kind="sticker", ref="41")),
        ("document", {"filename": "bill.pdf"}, Attachment(kind="document", ref="41", name="bill.pdf")),
    ],
)
def test_file_is_an_attachment_and_its_caption_the_words(
    kind: str, part: dict[str, Any], found: Attachment
) -> None:
    event = parse_one(about(1, kind, id="41", sha256="x", **part))
    assert (event.kind, event.content.attachments) == (Kind.MEDIA, (found,))
    event = parse_one(about(1, kind, id="41", caption="It came broken", **part))
    assert (event.kind, event.content.text) == (Kind.TEXT, "It came broken")
    assert event.content.attachments == (found,)


def test_place_and_business_cards_can_be_followed() -> None:
    place = parse_one(about(1, "location", latitude=48.208, longitude=16.373, name="Dom", address="Platz 1"))
    assert place.content.attachments == (
        Attachment(kind="location", ref="geo:48.208000,16.373000", name="Dom, Platz 1"),
    )
    cards = [
        {
            "name": {"formatted_name": "Bob"},
            "phones": [{"phone": "+1 555-0100"}, {"phone": "+1 555-0101"}],
        },
        {"name": {"formatted_name": "Eve"}},
        {"name": {"formatted_name": "Dan"}, "phones": [{"wa_id": "15550102"}]},
    ]
    event = parse_one(said(write(type="contacts", contacts=cards, origin="contact_request")))
    assert event.metadata == {"origin": "contact_request"}
    assert [(card.ref, card.name) for card in event.content.attachments] == [
        ("tel:+1 555-0100", "Bob"),
        ("tel:+1 555-0101", "Bob"),
        ("tel:", "Eve"),
        ("tel:15550102", "Dan"),
    ]


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        (
            {"name": {"first_name": "Bob", "last_name": "Lee"}, "phones": [{"phone": "1"}]},
            ("tel:1", "Bob Lee"),
        ),
        (
            {
                "vcard": "BEGIN:VCARD\nVERSION:3.0\nFN;CHARSET=UTF-8:Eve Ray\nEND:VCARD",
                "phones": [{"phone": "1"}],
            },
            ("tel:1", "Eve Ray"),
        ),
        ({"org": {"company": "Mugs & Co"}, "phones": "1"}, ("tel:", "Mugs & Co")),
        (
            {"name": {"formatted_name": "Dan"}, "emails": [{"email": "dan@example.com"}, {"email": 5}]},
            ("tel:", "Dan, dan@example.com"),
        ),
        ({}, ("tel:", None)),
    ],
)
def test_card_without_a_whole_name_or_a_number_shows_what_it_has(
    card: dict[str, Any], shown: tuple[str, str | None]
) -> None:
    event = parse_one(said(write(type="contacts", contacts=[card])))
    assert [(each.ref, each.name) for each in event.content.attachments] == [shown]


@pytest.mark.parametrize(
    "place", [{"latitude": 91, "longitude": 0}, {"latitude": "here", "longitude": 0}, {}]
)
def test_place_that_is_nowhere_is_kept_without_it(place: dict[str, Any]) -> None:
    event = parse_one(about(1, "location", **place))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, PHONE)


@pytest.mark.parametrize(
    ("frame", "payload", "title"),
    [
        (interactive("button_reply", id="/track", title="Track it"), "/track", "Track it"),
        (
            interactive("list_reply", id="/express", title="Express", description="1 day"),
            "/express",
            "Express",
        ),
        (about(1, "button", payload="/stop", text="Stop"), "/stop", "Stop"),
        (about(1, "button", text="Stop"), "Stop", "Stop"),
    ],
)
def test_choice_is_a_pressed_button(frame: dict[str, Any], payload: str, title: str) -> None:
    event = parse_one(frame)
    assert (event.kind, event.content.text, event.metadata["title"]) == (Kind.POSTBACK, payload, title)
    assert event.event_id == f"wamid.{PHONE}.1"


def test_form_is_lines_to_read_and_values_to_work_with() -> None:
    answers = {"flow_token": "secret-7", "day": "Monday", "extras": ["wifi", "desk"], "guests": 2}
    event = parse_one(interactive("nfm_reply", name="flow", body="Sent", response_json=json.dumps(answers)))
    assert (event.kind, event.content.text) == (Kind.TEXT, "day: Monday\nextras: wifi, desk\nguests: 2")
    assert event.metadata["form"] == {
        "name": "flow",
        "answers": {"flow_token": "secret-7", "day": "Monday", "extras": "wifi, desk", "guests": "2"},
    }
    for broken in ("{", "[]", "5", "[" * 5000):
        event = parse_one(interactive("nfm_reply", name="flow", body="Sent", response_json=broken))
        assert (event.kind, event.content.text) == (Kind.TEXT, "Sent")


def test_address_that_is_filled_in_is_read_by_people() -> None:
    values = {"name": "Ann Lee", "building_name": "", "city": "Pune", "floor_number": 8, "tags": ["home"]}
    answers = {"saved_address_id": "address1", "values": values}
    event = parse_one(interactive("nfm_reply", name="address_message", response_json=json.dumps(answers)))
    told = "name: Ann Lee, city: Pune, floor_number: 8, tags: home"
    assert event.content.text == f"saved_address_id: address1\nvalues: {told}"
    deep = '{"a":' * 20_000 + "1" + "}" * 20_000
    event = parse_one(interactive("nfm_reply", name="flow", body="Sent", response_json=deep))
    assert (event.kind, event.content.text) == (Kind.TEXT, "Sent")


def test_answers_that_are_no_object_are_shown_as_they_came() -> None:
    event = parse_one(interactive("nfm_reply", name="flow", response_json='["Monday", 2]'))
    assert (event.kind, event.content.text) == (Kind.TEXT, '["Monday", 2]')


def test_choice_without_an_id_is_its_label() -> None:
    event = parse_one(interactive("button_reply", title="Yes, please"))
    assert (event.kind, event.content.text) == (Kind.POSTBACK, "Yes, please")


def test_order_is_said_in_lines() -> None:
    items = [
        {"product_retailer_id": "mug-7", "quantity": 2, "item_price": 9.5, "currency": "EUR"},
        {"product_retailer_id": "cap-1", "quantity": "1"},
    ]
    event = parse_one(about(1, "order", catalog_id="194836987003835", text="As a gift", product_items=items))
    assert event.content.text == "As a gift\n2 x mug-7\n1 x cap-1"
    order: Any = event.metadata["order"]
    assert order["catalog"] == "194836987003835"
    assert order["items"][0] == {"product": "mug-7", "quantity": "2", "price": "9.50", "currency": "EUR"}


def test_order_with_odd_numbers_is_an_order() -> None:
    items = [
        {"product_retailer_id": "mug-7", "quantity": 2.0, "item_price": "EUR 9"},
        {"product_retailer_id": 4815, "quantity": None},
    ]
    event = parse_one(about(1, "order", catalog_id="1", product_items=items))
    assert (event.kind, event.content.text) == (Kind.TEXT, "2 x mug-7\n4815")


def test_message_says_what_it_answers_and_where_it_came_from() -> None:
    referral = {
        "source_url": "https://fb.me/3cr4Wqqkv",
        "source_type": "ad",
        "source_id": "120226305854810726",
        "headline": "Chat with us",
        "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj27vDVwFjN80dp4",
        "welcome_message": {"text": "Hi"},
    }
    product = {"catalog_id": "1", "product_retailer_id": "mug-7"}
    context = {"from": FAKE.number, "id": "wamid.ours", "forwarded": True, "referred_product": product}
    event = parse_one(
        said(write(type="text", text={"body": "This one?"}, context=context, referral=referral))
    )
    assert event.metadata["quoted"] == "wamid.ours"
    assert event.metadata["forwarded"] is True
    assert event.metadata["product"] == "mug-7"
    assert event.metadata["referral"] == {
        name: text for name, text in referral.items() if name != "welcome_message"
    }
    assert event.reply_context == {"message_id": event.event_id}


def test_edit_grows_with_time_and_may_be_of_a_caption() -> None:
    changed = {
        "type": "image",
        "image": {"id": "41", "caption": "the left one"},
        "context": {"id": "wamid.q"},
    }
    event = parse_one(about(2, "edit", original_message_id="wamid.first", message=changed))
    assert (event.kind, event.target_id) == (Kind.EDIT, "wamid.first")
    assert (event.content.text, event.revision) == ("the left one", 1_750_000_000)
    assert event.event_id == f"wamid.{PHONE}.2"
    nested: tuple[Any, ...] = ({"type": "edit"}, {"edit": {}}, {"type": "edit", "edit": {"message": {}}})
    for inner in nested:
        assert parse_one(about(2, "edit", original_message_id="w", message=inner)).kind is Kind.UNSUPPORTED


def test_unsupported_message_belongs_to_its_writer_and_says_why() -> None:
    error = {"code": 131051, "title": "Message type unknown", "error_data": {"details": "Not supported."}}
    event = parse_one(said(write(type="unsupported", errors=[error], unsupported={"type": "poll_creation"})))
    assert (event.kind, event.conversation_key, event.sender.native_id) == (Kind.UNSUPPORTED, PHONE, USER)
    assert event.metadata == {
        "update": "unsupported",
        "what": "poll_creation",
        "note": "They sent a poll, which WhatsApp does not pass on",
        "code": "131051",
        "reason": "Message type unknown: Not supported.",
    }


def test_message_that_follows_its_placeholder_is_another_one() -> None:
    referral = {"source_type": "ad", "source_id": "6041", "headline": "Mugs for everybody"}
    error = {"code": 131060, "title": "This message is unavailable."}
    empty = parse_one(
        said(write(type="unsupported", unsupported={"type": "unknown"}, errors=[error], referral=referral))
    )
    message = parse_one(said(write(type="text", text={"body": "Do you have it in blue?"}, referral=referral)))
    assert (empty.kind, message.kind) == (Kind.UNSUPPORTED, Kind.TEXT)
    assert empty.event_id != message.event_id
    assert empty.metadata["referral"] == message.metadata["referral"] == referral
    assert empty.metadata["code"] == "131060"


@pytest.mark.parametrize("name", ["unknown", "what comes next year"])
def test_staff_read_that_a_type_nobody_has_written_down_was_lost(name: str) -> None:
    event = parse_one(said(write(type=name, errors=[{"code": 131051, "title": "Not supported"}])))
    assert (event.kind, event.metadata["update"]) == (Kind.UNSUPPORTED, name)
    assert "send it again" in str(event.metadata["note"])
    assert "note" not in parse_one(said(write(type="keep_in_chat"))).metadata


def test_file_that_a_fault_has_eaten_is_kept_with_the_reason() -> None:
    error = {"code": 131052, "title": "Media download error"}
    event = parse_one(said(write(type="image", image={"mime_type": "image/png"}, errors=[error])))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, PHONE)
    assert (event.metadata["code"], event.metadata["reason"]) == ("131052", "Media download error")


def test_text_beyond_what_is_kept_is_cut_and_not_lost() -> None:
    event = parse_one(said(write(type="text", text={"body": "x" * 65_536})))
    assert (event.kind, len(event.content.text)) == (Kind.TEXT, 10_000)
    event = parse_one(said(write(type="text", text={"body": "a\x00b\ud83d"})))
    assert event.content.text == "ab\ufffd"
