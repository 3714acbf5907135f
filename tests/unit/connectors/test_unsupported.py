"""What cannot be read: said to us, or nobody's word. Only the first waits for an answer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.connector import AccountConfig, InboundEvent, InboundRequest
from bot.connector.meta.events import Us
from bot.domain.message import Kind
from connectors.messenger import payload as messenger
from connectors.sms.payload import parse_request
from connectors.telegram.address import Me
from connectors.telegram.payload import parse_update
from connectors.whatsapp import payload as whatsapp
from connectors.x.connector import XConnector
from tests.contracts.connectors import x
from tests.contracts.connectors.channel import NOW
from tests.contracts.connectors.whatsapp import FAKE, OPTIONS, PHONE, about, change, said, write
from tests.fakes.graph_events import PAGE, body, echo, element
from tests.fakes.graph_events import said as meta_said
from tests.fakes.twilio import make_message
from tests.fakes.x_events import encrypted

ANN = {"id": 7, "is_bot": False, "first_name": "Ann"}
CHAT = {"id": 7, "type": "private", "first_name": "Ann"}
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
PAGE_ID, PERSON = "10", "7001"


def only(events: list[InboundEvent]) -> InboundEvent:
    (event,) = events
    assert event.kind is Kind.UNSUPPORTED
    assert event.conversation_key
    return event


def of_whatsapp(frame: Any) -> InboundEvent:
    account = AccountConfig(channel="whatsapp", name="main", options=OPTIONS)
    return only(whatsapp.parse_body(json.dumps(frame).encode(), account))


def unsupported(what: str) -> Any:
    return said(write(type="unsupported", errors=[{"code": 131051}], unsupported={"type": what}))


@pytest.mark.parametrize(
    "frame",
    [
        *map(unsupported, ("poll_creation", "group_invite", "gif", "unknown", "")),
        said(write(type="ephemeral")),
        said(write(type="of_next_year", of_next_year={})),
        said(write(type="image", image={}, errors=[{"code": 131052, "title": "Media download error"}])),
        said(write(type="text", text={"body": " "})),
        about(1, "interactive", type="of_next_year"),
    ],
)
def test_whatsapp_message_that_is_not_passed_on_waits(frame: Any) -> None:
    assert of_whatsapp(frame).awaits_answer


@pytest.mark.parametrize(
    "frame",
    [
        *map(unsupported, ("poll_update", "edit", "pin", "keep_in_chat", "reaction")),
        said(write(type="reaction", reaction={"emoji": "x"})),
        about(1, "edit", original_message_id="w", message={"type": "of_next_year"}),
        said(write(type="revoke", revoke={})),
        said(write(type="system", system={"type": "user_identity_changed"})),
        said(write(type="request_welcome")),
        about(1, "interactive", type="call_permission_reply", call_permission_reply={"response": "accept"}),
        change(
            "calls", calls=[{"id": "c", "from": PHONE, "event": "connect", "direction": "USER_INITIATED"}]
        ),
        change("user_preferences", user_preferences=[{"wa_id": PHONE, "value": "stop"}]),
        change("standby", messages=[write(type="text", text={"body": "to another"})]),
        change("standby", messages=[write(type="unsupported", unsupported={"type": "gif"})]),
        change(
            "smb_message_echoes",
            message_echoes=[{"from": FAKE.number, "to": PHONE, "id": "wamid.e", "type": "unsupported"}],
        ),
    ],
)
def test_whatsapp_notice_is_nobodys_message(frame: Any) -> None:
    assert not of_whatsapp(frame).awaits_answer


def of_meta(**entry: Any) -> InboundEvent:
    us = Us(channel="messenger", account="main", own_id=PAGE_ID, app_id="55")
    return only(messenger.parse_body(json.dumps(body(PAGE, PAGE_ID, **entry)).encode(), us))


@pytest.mark.parametrize(
    "message",
    [
        {"mid": "m", "is_unsupported": True},
        {"mid": "m", "attachments": [{"type": "ephemeral"}]},
        {"mid": "m"},
    ],
)
def test_meta_message_that_is_not_passed_on_waits(message: Any) -> None:
    assert of_meta(messaging=[element(PAGE_ID, PERSON, message=message)]).awaits_answer


@pytest.mark.parametrize(
    "entry",
    [
        {"standby": [meta_said(PAGE_ID, PERSON, "hi")]},
        {"standby": [element(PAGE_ID, PERSON, message={"mid": "m", "is_unsupported": True})]},
        {"standby": [element(PAGE_ID, PERSON, postback={"title": "Track it"})]},
        {"messaging": [element(PAGE_ID, PERSON, referral={"ref": "a", "source": "SHORTLINK"})]},
    ],
)
def test_meta_notice_is_nobodys_message(entry: Any) -> None:
    assert not of_meta(**entry).awaits_answer


def test_meta_post_of_the_brands_own_that_cannot_be_read_belongs_to_nobody() -> None:
    us = Us(channel="messenger", account="main", own_id=PAGE_ID, app_id="55")
    told = body(PAGE, PAGE_ID, messaging=[echo(PAGE_ID, PERSON, "", is_unsupported=True)])
    (event,) = messenger.parse_body(json.dumps(told).encode(), us)
    assert (event.conversation_key, event.awaits_answer) == ("", False)


def of_telegram(name: str = "message", **fields: Any) -> InboundEvent:
    message = {"message_id": 5, "date": 1, "chat": CHAT, "from": ANN, **fields}
    account = AccountConfig(channel="telegram", name="main")
    return only(parse_update({"update_id": 3, name: message}, account, me=Me(id=42, username="Lyra_bot")))


@pytest.mark.parametrize(
    "fields",
    [
        {"story": {"chat": CHAT, "id": 1}},
        {"game": {"title": "G", "description": "d", "photo": PHOTO}},
        {"giveaway": {"of": "next year"}},
        {"paid_media": {"star_count": 5, "paid_media": []}},
        {"invoice": {"of": "next year"}},
        {"of_next_year": {}},
    ],
)
def test_telegram_message_that_bots_do_not_get_waits(fields: Any) -> None:
    assert of_telegram(**fields).awaits_answer
    assert not of_telegram("edited_message", edit_date=2, **fields).awaits_answer


@pytest.mark.parametrize(
    "fields",
    [
        {"pinned_message": {"message_id": 4, "date": 1, "chat": CHAT}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
        {"users_shared": {"request_id": 1, "users": [{"user_id": 5}]}},
        {"write_access_allowed": {}},
        {"boost_added": {"boost_count": 1}},
        {"delete_chat_photo": True},
        {"gift": {"of": "next year"}},
    ],
)
def test_telegram_service_message_is_nobodys(fields: Any) -> None:
    assert not of_telegram(**fields).awaits_answer


def test_telegram_tells_who_blocks_the_bot_to_staff_alone() -> None:
    states: list[Any] = [
        {"user": {**ANN, "is_bot": True}, "status": status} for status in ("member", "kicked")
    ]
    states[1]["until_date"] = 0
    change_of: Any = {
        "chat": CHAT,
        "from": ANN,
        "date": 1,
        "old_chat_member": states[0],
        "new_chat_member": states[1],
    }
    account = AccountConfig(channel="telegram", name="main")
    event = only(parse_update({"update_id": 3, "my_chat_member": change_of}, account, me=Me(id=42)))
    assert not event.awaits_answer


def test_encrypted_word_on_x_waits_and_other_events_of_such_a_chat_do_not() -> None:
    account = AccountConfig(channel="x", name="main", options=x.OPTIONS)

    def read(name: str) -> InboundEvent:
        frame = json.dumps(encrypted("90", event_type=name)).encode()
        return only(XConnector(account).parse(x.sealed(frame)))

    assert read("chat.received").awaits_answer
    assert not read("chat.conversation_join").awaits_answer


def test_empty_sms_waits_and_a_word_that_twilio_has_answered_does_not() -> None:
    def read(text: str, **more: str) -> InboundEvent:
        fields = {**make_message("+15551230007", text), **more}
        request = InboundRequest(
            body=urlencode(fields).encode(), url="https://chat.example/webhooks/sms/main", received_at=NOW
        )
        return only(parse_request(request, AccountConfig(channel="sms", name="main")))

    assert read("").awaits_answer
    assert not read("Stop", OptOutType="STOP").awaits_answer
