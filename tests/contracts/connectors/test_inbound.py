"""What every connector makes of what comes in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.connector import InboundEvent, InboundRequest
from bot.connector.fields import MAX_TEXT
from bot.domain.message import Kind
from bot.errors import BadPayload, BadSignature
from tests.contracts.connectors.channel import ACCOUNT, Channel

INDEXED_MAX = 2_000  # bytes: PostgreSQL's index entries end at 2,704

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
hostile = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def parse_one(channel: Channel, request: InboundRequest) -> InboundEvent:
    (event,) = channel.build().parse(request)
    return event


def parse_if_possible(channel: Channel, body: bytes) -> list[InboundEvent]:
    """Anything but events or `BadPayload` fails the test; events must be storable."""
    try:
        events = channel.build().parse(channel.sealed(body))
    except BadPayload:
        return []
    for event in events:
        check_storable(event)
    return events


def check_storable(event: InboundEvent) -> None:
    strings = (event.event_id, event.conversation_key, event.target_id or "", event.sender.native_id)
    assert event.event_id
    assert all(len(string.encode()) <= INDEXED_MAX for string in strings)
    assert len(event.content.text) <= MAX_TEXT
    files = [[file.kind, file.ref, file.mime, file.name, file.size] for file in event.content.attachments]
    people = [event.sender.name, event.sender.username, event.sender.locale, *event.sender.other_ids]
    kept = [*strings, event.content.text, files, people, event.metadata, event.reply_context]
    dumped = json.dumps(kept, ensure_ascii=False, allow_nan=False)
    dumped.encode()
    assert not re.search(r"(?<!\\)(?:\\\\)*\\u0000", dumped)  # after a backslash it is only spoken of
    assert abs(event.revision) < 2**63
    assert event.conversation_key or event.kind is Kind.UNSUPPORTED


def test_authentic_request_is_accepted(channel: Channel) -> None:
    channel.build().verify(channel.message("hello"))


def test_request_without_proof_is_refused(channel: Channel) -> None:
    request = replace(channel.message("hello"), headers={})
    with pytest.raises(BadSignature):
        channel.build().verify(request)


@pytest.mark.parametrize("value", ["", "wrong", "v1,d3Jvbmc=", "\udcff", "é" * 40, "v1," * 500])
def test_request_with_wrong_proof_is_refused(channel: Channel, value: str) -> None:
    request = channel.message("hello")
    for name in request.headers:
        with pytest.raises(BadSignature):
            channel.build().verify(replace(request, headers={**request.headers, name: value}))


def test_account_without_secrets_accepts_nothing(channel: Channel) -> None:
    with pytest.raises(BadSignature):
        channel.build({}).verify(channel.message("hello"))


def test_altered_body_is_refused(channel: Channel) -> None:
    request = channel.message("hello")
    with pytest.raises(BadSignature):
        channel.build().verify(replace(request, body=request.body.replace(b"hello", b"jello")))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_old_signature_is_refused(channel: Channel, minutes: int) -> None:
    request = channel.message("hello")
    with pytest.raises(BadSignature):
        channel.build().verify(replace(request, received_at=request.received_at + timedelta(minutes=minutes)))


def test_message_is_said_in_our_words(channel: Channel) -> None:
    event = parse_one(channel, channel.message("Where is my order? 📦"))
    assert (event.channel, event.account) == (channel.connector.channel, ACCOUNT)
    assert event.kind is Kind.TEXT
    assert event.content.text == "Where is my order? 📦"
    assert event.sender.native_id == channel.sender
    assert event.conversation_key == (channel.key or channel.sender)
    check_storable(event)


def test_same_message_again_has_the_same_id(channel: Channel) -> None:
    first, again = (parse_one(channel, channel.message("hi", number=3)) for _ in range(2))
    assert (first.event_id, first.revision) == (again.event_id, again.revision)


def test_other_message_or_sender_has_another_id(channel: Channel) -> None:
    requests = (
        channel.message("hi", number=1),
        channel.message("hi", number=2),
        channel.message("hi", number=1, sender=channel.other_sender),
    )
    assert len({parse_one(channel, request).event_id for request in requests}) == 3


@pytest.mark.parametrize(
    "body", [b"", b"{", b"hello", b"\xff\xfe", b"[]", b"5", b"null", b'"x"', b"[" * 100_000]
)
def test_body_that_is_no_object_is_refused(channel: Channel, body: bytes) -> None:
    with pytest.raises(BadPayload):
        channel.build().parse(channel.sealed(body))


def test_wrong_type_is_refused_with_the_fields_name(channel: Channel) -> None:
    for field, data in channel.wrong:
        with pytest.raises(BadPayload, match=f"`{field}`"):
            channel.build().parse(channel.sealed(channel.dump(data)))


def test_unknown_kind_is_kept_as_unsupported(channel: Channel) -> None:
    for number, update in enumerate(channel.unknown):
        body = channel.dump({"update_id": number, **update})
        (event,) = parse_if_possible(channel, body)
        assert event.kind is Kind.UNSUPPORTED, update


def test_what_machines_and_the_brand_itself_say_is_no_customers_message(channel: Channel) -> None:
    """No turn, for two bots that answer each other never end; nor does the bot step back for itself."""
    assert channel.machines
    for frame in channel.machines:
        event = parse_one(channel, channel.sealed(channel.dump(frame)))
        assert event.kind is Kind.UNSUPPORTED, frame


def test_word_of_the_brands_people_is_an_echo_in_the_contacts_conversation(channel: Channel) -> None:
    """Written in the platform's own app: the bot steps back where the contact is, who is the sender."""
    assert channel.echoes
    for frame in channel.echoes:
        event = parse_one(channel, channel.sealed(channel.dump(frame)))
        assert (event.kind, event.sender.native_id) == (Kind.ECHO, channel.sender)
        assert event.conversation_key
        check_storable(event)


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "a\ud800b", "\udfff", "x" * 100_000, "  ", "\u202eabc"])
def test_text_that_cannot_be_kept_is_refused_or_cleaned(channel: Channel, text: str) -> None:
    parse_if_possible(channel, channel.dump(channel.frame(text)))


@pytest.mark.parametrize(
    "extra", ['"x":' + "[" * 900 + "]" * 900, '"x":NaN', '"x":1e999', '"x":' + "9" * 5000, '"\\u0000":1']
)
def test_hostile_json_beside_the_message_does_no_harm(channel: Channel, extra: str) -> None:
    body = channel.dump(channel.frame("hi")).decode()
    parse_if_possible(channel, f"{body[:-1]},{extra}}}".encode())


@hostile
@given(body=st.binary(max_size=200))
def test_any_bytes_make_events_or_a_refusal(channel: Channel, body: bytes) -> None:
    parse_if_possible(channel, body)


@hostile
@given(value=json_values)
def test_any_json_makes_events_or_a_refusal(channel: Channel, value: object) -> None:
    parse_if_possible(channel, json.dumps(value).encode())


@hostile
@given(data=st.data(), value=json_values)
def test_any_field_may_hold_anything(channel: Channel, data: st.DataObject, value: object) -> None:
    frame = channel.frame("hi")
    inner = frame
    path = data.draw(st.lists(st.integers(min_value=0, max_value=9), min_size=1, max_size=4))
    for step in path:
        name = sorted(inner)[step % len(inner)]
        if not isinstance(inner[name], dict) or step is path[-1]:
            inner[name] = value
            break
        inner = inner[name]
    parse_if_possible(channel, channel.dump(frame))
