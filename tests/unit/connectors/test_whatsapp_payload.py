"""What WhatsApp's webhooks say, type by type."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pywa.client import WhatsApp
from pywa.types.message import Message as PywaMessage

from bot.connector import AccountConfig, ErrorClass, InboundEvent, ReceiptState
from bot.domain.message import Attachment, Kind
from bot.errors import BadPayload
from connectors.whatsapp.payload import parse_body
from tests.contracts.connectors.whatsapp import (
    FAKE,
    OPTIONS,
    OTHER_PHONE,
    PHONE,
    USER_ID,
    about,
    change,
    contact,
    said,
    status,
    write,
)

ACCOUNT = AccountConfig(channel="whatsapp", name="main", options=OPTIONS)
USER = USER_ID[PHONE]
BUY = '/buy{"item": "grüner Becher"}'


def parse(frame: dict[str, Any]) -> list[InboundEvent]:
    return parse_body(json.dumps(frame).encode(), ACCOUNT)


def parse_one(frame: dict[str, Any]) -> InboundEvent:
    (event,) = parse(frame)
    return event


def interactive(kind: str, **part: Any) -> dict[str, Any]:
    return about(1, "interactive", type=kind, **{kind: part})


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


def test_file_that_a_fault_has_eaten_is_kept_with_the_reason() -> None:
    error = {"code": 131052, "title": "Media download error"}
    event = parse_one(said(write(type="image", image={"mime_type": "image/png"}, errors=[error])))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, PHONE)
    assert (event.metadata["code"], event.metadata["reason"]) == ("131052", "Media download error")


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


def test_status_tells_of_the_key_that_the_message_left_with() -> None:
    event = parse_one(status("delivered", biz_opaque_callback_data="visavis-77#2/2"))
    assert (event.kind, event.target_id) == (Kind.RECEIPT, "visavis-77")
    assert event.metadata == {"message_id": "wamid.ours"}
    event = parse_one(status("delivered", biz_opaque_callback_data="campaign-7"))
    assert event.target_id == "wamid.ours"


def test_reply_of_several_messages_arrived_when_the_last_did() -> None:
    assert parse(status("delivered", biz_opaque_callback_data="visavis-77#1/2")) == []
    errors = [{"code": 131026, "title": "Message undeliverable"}]
    failed = parse_one(status("failed", biz_opaque_callback_data="visavis-77#1/2", errors=errors))
    assert (failed.target_id, failed.receipt and failed.receipt.state) == ("visavis-77", ReceiptState.FAILED)


@pytest.mark.parametrize(
    ("code", "error_class"),
    [
        (131026, ErrorClass.RECIPIENT_GONE),
        (131047, ErrorClass.WINDOW_CLOSED),
        (131042, ErrorClass.PAYMENT),
        (131049, ErrorClass.POLICY),
        (424242, ErrorClass.PERMANENT),
        (None, ErrorClass.PERMANENT),
    ],
)
def test_failed_status_says_why(code: int | None, error_class: ErrorClass) -> None:
    errors = [] if code is None else [{"code": code, "title": "No", "error_data": {"details": "Because."}}]
    receipt = parse_one(status("failed", errors=errors)).receipt
    assert receipt is not None
    assert receipt.error is not None
    assert receipt.error.error_class is error_class
    assert code is None or receipt.error.detail == "WhatsApp refused: No: Because."


def test_every_status_of_a_message_has_an_id_of_its_own() -> None:
    events = [parse_one(status(name)) for name in ("sent", "delivered", "read", "failed")]
    assert len({event.event_id for event in events}) == 4


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


def test_text_beyond_what_is_kept_is_cut_and_not_lost() -> None:
    event = parse_one(said(write(type="text", text={"body": "x" * 65_536})))
    assert (event.kind, len(event.content.text)) == (Kind.TEXT, 10_000)
    event = parse_one(said(write(type="text", text={"body": "a\x00b\ud83d"})))
    assert event.content.text == "ab\ufffd"


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


SAMPLES = (
    said(write(type="text", text={"body": "hi"}, context={"id": "wamid.q", "from": FAKE.number})),
    about(1, "image", id="41", mime_type="image/png", sha256="x", caption="see"),
    about(1, "location", latitude=48.2, longitude=16.4),
    interactive("list_reply", id="/a", title="A"),
    interactive("nfm_reply", name="flow", body="Sent", response_json='{"a": "b"}'),
    about(1, "order", catalog_id="1", product_items=[{"product_retailer_id": "m", "quantity": 1}]),
    about(1, "reaction", message_id="wamid.q", emoji="👍"),
    about(1, "edit", original_message_id="wamid.q", message={"type": "text", "text": {"body": "b"}}),
    about(1, "system", type="user_changed_number", wa_id=OTHER_PHONE),
    about(1, "interactive", type="product", product={"product_retailer_id": "m"}, body={"text": "b"}),
    change("calls", calls=[{"id": "c", "from": PHONE, "event": "connect", "direction": "USER_INITIATED"}]),
    change("user_preferences", user_preferences=[{"wa_id": PHONE, "user_id": USER, "value": "stop"}]),
    change(
        "standby",
        messages=[write(type="text", text={"body": "b"})],
        message_echoes=[{"to": PHONE, "id": "w"}],
    ),
    said(write(type="contacts", contacts=[{"name": {"formatted_name": "B"}, "phones": [{"phone": "1"}]}])),
    said(write(type="unsupported", errors=[{"code": 131051, "title": "t", "error_data": {"details": "d"}}])),
    status("failed", errors=[{"code": 131047, "title": "t"}], biz_opaque_callback_data="k#1/1"),
    change(
        "smb_message_echoes", message_echoes=[{"to": PHONE, "id": "w", "type": "text", "text": {"body": "b"}}]
    ),
)
odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec=None), max_size=4),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.just("9" * 400),
    st.sampled_from(["edit", "image", "text", "interactive", "system"]),
)


def list_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in list_places(each, (*path, key)))]


@settings(max_examples=300, deadline=None)
@given(data=st.data(), value=odd_values)
def test_no_value_anywhere_breaks_the_reading_of_a_body(data: st.DataObject, value: object) -> None:
    frame = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    *way, last = data.draw(st.sampled_from([place for place in list_places(frame) if place]))
    inner: Any = frame
    for step in way:
        inner = inner[step]
    inner[last] = value
    try:
        events = parse(frame)
    except BadPayload as error:
        assert "`object`" in str(error) or "`entry`" in str(error) or "not JSON" in str(error)  # noqa: PT017
        return
    for event in events:
        assert event.event_id
        assert event.conversation_key or event.kind is Kind.UNSUPPORTED
        json.dumps([event.content.text, event.metadata, event.reply_context], ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "message",
    [
        write(type="text", text={"body": "hi"}),
        write(type="text", text={"body": "hi"}, context={"forwarded": True}),
        write(type="text", text={"body": "yes"}, context={"from": FAKE.number, "id": "wamid.q"}),
        write(type="image", image={"id": "41", "mime_type": "image/png", "sha256": "x", "caption": "see"}),
        write(type="reaction", reaction={"message_id": "wamid.q", "emoji": "👍"}),
    ],
)
def test_message_is_read_as_pywa_reads_it(message: dict[str, Any]) -> None:
    frame = said(message)
    theirs = PywaMessage.from_update(WhatsApp(phone_id="1", token="x"), frame)  # type: ignore[arg-type]
    ours = parse_one(frame)
    assert ours.event_id == theirs.id
    assert ours.content.text == (theirs.text or theirs.caption or (theirs.reaction and theirs.reaction.emoji))
    assert ours.platform_at == theirs.timestamp
    assert (ours.sender.native_id, ours.sender.name) == (theirs.from_user.bsuid, theirs.from_user.name)
    assert ours.sender.other_ids == (theirs.from_user.wa_id,)
    assert ours.sender.username == theirs.from_user.username
    assert ours.metadata.get("forwarded", False) == theirs.forwarded
    quoted = theirs.reply_to_message and theirs.reply_to_message.id
    assert ours.metadata.get("quoted") == quoted
    if theirs.image is not None:
        assert ours.content.attachments[0].ref == theirs.image.id
    assert contact()["wa_id"] == theirs.from_user.wa_id
