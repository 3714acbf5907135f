"""Requests of Twilio's with less or more in them than a plain text message has."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from bot.connector import ReceiptState
from bot.domain.message import Attachment, Kind
from connectors.sms.payload import parse_request
from tests.fakes.twilio import NUMBER
from tests.unit.connectors.test_sms_payload import ACCOUNT, ANN, parse, request

SAID = {"SmsSid": "SM1", "From": ANN, "To": NUMBER}


def test_older_receipt_is_no_message_of_our_own_number() -> None:
    told = {"SmsSid": "SM1", "SmsStatus": "delivered", "From": NUMBER, "To": ANN}
    event = parse(told)
    assert (event.kind, event.target_id, event.conversation_key) == (Kind.RECEIPT, "SM1", ANN)
    assert event.receipt is not None
    assert event.receipt.state is ReceiptState.DELIVERED
    assert parse_request(request(urlencode({**told, "SmsStatus": "queued"}).encode()), ACCOUNT) == []


@pytest.mark.parametrize("status", ["received", "Received", "receiving"])
def test_message_that_says_it_was_received_is_a_message(status: str) -> None:
    event = parse({**SAID, "MessageStatus": status, "Body": "Where is it?"})
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.TEXT, "Where is it?", ANN)


@pytest.mark.parametrize("status", ["received", "receiving", "", "delivered"])
def test_message_is_one_whatever_its_status_says(status: str) -> None:
    event = parse({**SAID, "SmsStatus": status, "Body": "Where is it?"})
    assert (event.kind, event.content.text, event.conversation_key) == (Kind.TEXT, "Where is it?", ANN)


def test_files_are_read_where_nobody_counts_them() -> None:
    event = parse(
        {**SAID, "Body": "", "MediaUrl0": "https://api.twilio.com/1", "MediaContentType0": "image/png"}
    )
    (file,) = event.content.attachments
    assert (event.kind, file.kind, file.ref) == (Kind.MEDIA, "photo", "https://api.twilio.com/1")


def test_place_is_shown() -> None:
    told = {**SAID, "MessageType": "location", "Latitude": "48.2", "Longitude": "16.4"}
    event = parse(told, Label="Dom", Address="Platz 1")
    assert event.kind is Kind.MEDIA
    assert event.content.attachments == (
        Attachment(kind="location", ref="geo:48.200000,16.400000", name="Dom, Platz 1"),
    )
    for odd in ("nan", "here", "", "91", "1e400"):
        assert parse({**told, "Latitude": odd}).kind is Kind.UNSUPPORTED


def test_button_answer_and_name_are_read() -> None:
    event = parse(
        {**SAID, "Body": "Yes", "ButtonText": "Yes", "ButtonPayload": "/yes"}, ProfileName="Ann Lee"
    )
    assert (event.kind, event.content.text, event.sender.name) == (Kind.POSTBACK, "/yes", "Ann Lee")
    assert event.metadata == {"title": "Yes"}
    event = parse({**SAID, "Body": "This", "OriginalRepliedMessageSid": "SM0", "ButtonText": "left over"})
    assert (event.kind, event.metadata) == (Kind.TEXT, {"quoted": "SM0"})
