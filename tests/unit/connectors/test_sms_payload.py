"""What Twilio posts: signatures against its own package, forms, messages and receipts."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.connector import AccountConfig, ErrorClass, InboundEvent, InboundRequest, ReceiptState
from bot.domain.message import Kind
from bot.errors import BadPayload, BadSignature
from connectors.sms.faults import CODES, classify
from connectors.sms.form import BODY_MAX, FIELDS_MAX
from connectors.sms.payload import parse_request
from connectors.sms.segments import count_segments
from connectors.sms.signature import check_signature, read_keys
from tests.contracts.connectors.channel import NOW
from tests.fakes.twilio import NUMBER, TOKEN, make_message, make_sid, make_status

HOOK = "https://chat.example/webhooks/sms/main"
ANN = "+15551230007"
ACCOUNT = AccountConfig(channel="sms", name="main")
KEYS = (TOKEN.encode(),)


def request(body: bytes, *, url: str = HOOK, **headers: str) -> InboundRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return InboundRequest(body=body, url=url, headers=named, received_at=NOW)


def parse(fields: dict[str, str], **more: str) -> InboundEvent:
    (event,) = parse_request(request(urlencode({**fields, **more}).encode(), url=f"{HOOK}?a=b"), ACCOUNT)
    return event


@settings(max_examples=60, deadline=None)
@given(
    fields=st.dictionaries(st.text(max_size=6), st.text(max_size=12), max_size=6),
    url=st.sampled_from([HOOK, HOOK + "?x=1&y=%20", "https://chat.example:8443/x", "http://chat.example/"]),
)
def test_what_twilios_own_package_signs_is_accepted(fields: dict[str, str], url: str) -> None:
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    body = urlencode(fields).encode()
    check_signature(request(body, url=url, x_twilio_signature=signature), KEYS)
    for wrong in (urlencode({**fields, "Body": "more"}).encode(), b"MessageSid=SM1&" + body):
        with pytest.raises(BadSignature):
            check_signature(request(wrong, url=url, x_twilio_signature=signature), KEYS)
    with pytest.raises(BadSignature):
        check_signature(request(body, url=url + "#", x_twilio_signature=signature), KEYS)


@pytest.mark.parametrize("signed", ["https://chat.example:443/x?y=1", "https://chat.example/x?y=1"])
def test_port_may_be_spelt_out_or_not(signed: str) -> None:
    signature = RequestValidator(TOKEN).compute_signature(signed, {"a": "b"})
    for ours in ("https://chat.example:443/x?y=1", "https://chat.example/x?y=1"):
        check_signature(request(b"a=b", url=ours, x_twilio_signature=signature), KEYS)


def test_names_that_come_twice_are_signed_as_twilio_does() -> None:
    from multidict import MultiDict

    pairs = [("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a"), ("From", "x")]
    signature = RequestValidator(TOKEN).compute_signature(HOOK, MultiDict(pairs))
    check_signature(request(urlencode(pairs).encode(), x_twilio_signature=signature), KEYS)


def test_newer_hash_with_a_key_of_its_own() -> None:
    signature = RequestValidator("shared").compute_signature(HOOK, {"a": "b"}, "HMAC_SHA256")
    header = {
        "x_twilio_signature": signature,
        "x_twilio_webhooks_signature_settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
    }
    check_signature(request(b"a=b", **header), read_keys(f"{TOKEN}, shared"))
    with pytest.raises(BadSignature):
        check_signature(request(b"a=b", **header), KEYS)
    with pytest.raises(BadSignature):
        check_signature(
            request(b"a=b", **{**header, "x_twilio_webhooks_signature_settings": "algorithm=MD5"}),
            read_keys(f"{TOKEN} shared"),
        )


def test_json_is_proven_by_its_hash_in_the_address() -> None:
    body = json.dumps(make_message(ANN, "hi")).encode()
    url = f"{HOOK}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature(url, {})
    assert validator.validate(url, body.decode(), signature)
    check_signature(request(body, url=url, x_twilio_signature=signature), KEYS)
    with pytest.raises(BadSignature, match="bodySHA256"):
        check_signature(request(body + b" ", url=url, x_twilio_signature=signature), KEYS)
    bare = validator.compute_signature(HOOK, {})
    with pytest.raises(BadSignature, match="bodySHA256"):  # else one signed address would carry any JSON
        check_signature(request(body, x_twilio_signature=bare), KEYS)
    (event,) = parse_request(request(body, url=url), ACCOUNT)
    assert event.content.text == "hi"


def test_body_without_fields_proves_nothing_for_another() -> None:
    signature = RequestValidator(TOKEN).compute_signature(HOOK, {})
    with pytest.raises(BadSignature):
        check_signature(request(b"\xff\xfe", x_twilio_signature=signature), KEYS)


def test_message_is_read() -> None:
    event = parse(make_message(ANN, "Where is it? 📦"))
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.TEXT, ANN, "Where is it? 📦")
    assert event.reply_context == {"own": NUMBER, "hook": HOOK}
    assert event.metadata == {"country": "US"}


def test_null_bytes_and_broken_letters_are_cleaned() -> None:
    event = parse(make_message(ANN, "a\x00b"))
    assert event.content.text == "ab"
    body = urlencode(make_message(ANN, "XX")).encode().replace(b"XX", b"%ff%fea")
    (event,) = parse_request(request(body), ACCOUNT)
    assert event.content.text == "\ufffd\ufffda"


def test_message_of_files_alone() -> None:
    media = {"NumMedia": "2", "MediaUrl0": "https://api.twilio.com/0", "MediaContentType0": "image/jpeg"}
    event = parse(make_message(ANN, ""), **media, MediaUrl1="https://api.twilio.com/1")
    assert event.kind is Kind.MEDIA
    assert [(file.kind, file.mime) for file in event.content.attachments] == [
        ("photo", "image/jpeg"),
        ("document", None),
    ]


@pytest.mark.parametrize("count", ["", "two", "-1", "²", "9" * 5000])
def test_number_of_files_that_is_none_does_no_harm(count: str) -> None:
    event = parse(make_message(ANN, "hi"), NumMedia=count)
    assert event.kind is Kind.TEXT


def test_empty_message_is_kept_without_a_turn() -> None:
    event = parse(make_message(ANN, ""))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, ANN)


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
def test_word_that_twilio_has_answered_makes_no_turn(word: str) -> None:
    event = parse(make_message(ANN, word.title()), OptOutType=word)
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, ANN)
    assert event.content.text == word.title()
    assert event.metadata["opt_out"] == word.lower()


def test_word_alone_is_a_word() -> None:
    assert parse(make_message(ANN, "YES")).kind is Kind.TEXT


@pytest.mark.parametrize("sender", ["72975", "AMAZON", "", NUMBER])
def test_machines_and_ourselves_belong_to_no_conversation(sender: str) -> None:
    event = parse({**make_message(ANN, "hi"), "From": sender})
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.UNSUPPORTED, "", "")


@pytest.mark.parametrize("prefix", ["whatsapp", "messenger", "rcs"])
def test_other_channels_of_twilio_are_refused_in_words(prefix: str) -> None:
    with pytest.raises(BadPayload, match=f"`From` begins with {prefix}"):
        parse({**make_message(ANN, "hi"), "From": f"{prefix}:{ANN}"})
    with pytest.raises(BadPayload, match="`To`"):
        parse(make_status(make_sid(1), f"{prefix}:{ANN}", "delivered"))


def test_failed_message_says_why() -> None:
    event = parse(make_status(make_sid(1), ANN, "undelivered"), ErrorCode="30005")
    assert event.receipt is not None
    assert event.receipt.state is ReceiptState.FAILED
    assert event.receipt.error is not None
    assert event.receipt.error.error_class is ErrorClass.RECIPIENT_GONE
    assert event.target_id == make_sid(1)


@pytest.mark.parametrize("status", ["queued", "sending", "accepted", "scheduled"])
def test_what_is_on_its_way_says_nothing(status: str) -> None:
    body = urlencode(make_status(make_sid(1), ANN, status)).encode()
    assert parse_request(request(body), ACCOUNT) == []


def test_receipts_of_one_message_have_ids_of_their_own() -> None:
    ids = {parse(make_status(make_sid(1), ANN, status)).event_id for status in ("sent", "delivered")}
    assert len(ids) == 2
    assert make_sid(1) not in ids


def test_bodies_are_bounded() -> None:
    for body in (b"a=" + b"x" * BODY_MAX, b"&".join(b"a=b" for _ in range(FIELDS_MAX + 1))):
        with pytest.raises(BadPayload):
            parse_request(request(body), ACCOUNT)


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", "GSM-7", 0),
        ("x" * 160, "GSM-7", 1),
        ("x" * 161, "GSM-7", 2),
        ("x" * 306, "GSM-7", 2),
        ("x" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("é" * 160, "GSM-7", 1),
        ("ê" * 70, "UCS-2", 1),
        ("ê" * 71, "UCS-2", 2),
        ("😀" * 35, "UCS-2", 1),
        ("😀" * 36, "UCS-2", 2),
        ("“quoted”", "UCS-2", 1),
    ],
)
def test_segments_are_counted_as_they_are_paid(text: str, encoding: str, count: int) -> None:
    segments = count_segments(text)
    assert (segments.encoding, segments.count) == (encoding, count)


def test_codes_decide_before_the_status() -> None:
    assert classify(400, 21610).error_class is ErrorClass.RECIPIENT_GONE
    assert classify(400, 20429).error_class is ErrorClass.RATE_LIMITED
    assert classify(429, None).error_class is ErrorClass.RATE_LIMITED
    assert classify(401, None).error_class is ErrorClass.AUTH
    assert classify(500, None).error_class is ErrorClass.TRANSIENT
    assert classify(400, 99999).error_class is ErrorClass.INVALID
    assert all(words and error_class for error_class, words in CODES.values())
