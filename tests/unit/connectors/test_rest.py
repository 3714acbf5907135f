from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.connector import (
    AccountConfig,
    Delivery,
    ErrorClass,
    InboundEvent,
    InboundRequest,
    SendState,
)
from bot.connector.callbacks import read_retry_after, read_status
from bot.connector.rasa_items import render_items
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Button, Content
from bot.errors import BadPayload
from connectors.rest.connector import RestConnector
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.signed import SECRET
from tests.fakes.webhook_receiver import Answer, WebhookReceiver, run_webhook_receiver

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def parse(body: Mapping[str, Any], headers: Mapping[str, str] | None = None, **options: str) -> InboundEvent:
    config = AccountConfig(channel="rest", name="main", options=options or {"open": "true"})
    request = InboundRequest(body=json.dumps(body).encode(), headers=headers or {}, received_at=NOW)
    (event,) = RestConnector(config).parse(request)
    return event


def test_open_account_answers_the_call_and_takes_unsigned_requests() -> None:
    event = parse({"sender": "ann", "message": "hi"})
    assert event.reply_context == {"delivery": Delivery.PULL}
    config = AccountConfig(channel="rest", name="main", options={"open": "true"})
    RestConnector(config).verify(InboundRequest(body=b"{}", received_at=NOW))


def test_account_with_a_callback_is_answered_there() -> None:
    options = {"secret": SECRET, "callback_url": "https://shop.example/"}
    event = parse({"sender": "ann", "message": "hi"}, headers={"webhook-id": "m1"}, **options)
    assert event.event_id == "m1"
    assert event.reply_context == {"delivery": Delivery.PUSH}


def test_signed_account_without_a_callback_answers_the_call() -> None:
    event = parse({"sender": "ann", "message": "hi"}, {"webhook-id": "m1"}, secret=SECRET)
    assert event.reply_context == {"delivery": Delivery.PULL}


@pytest.mark.parametrize("number", [7, -1, 2**63])
def test_sender_may_be_a_number_as_with_rasa(number: int) -> None:
    event = parse({"sender": number, "message": "hi"})
    assert (event.conversation_key, event.sender.native_id) == (str(number), str(number))


def test_message_without_an_id_is_new_each_time() -> None:
    body = {"sender": "ann", "message": "hi"}
    assert parse(body).event_id != parse(body).event_id


@pytest.mark.parametrize(
    ("headers", "metadata"),
    [
        ({"idempotency-key": "k1"}, {}),
        ({}, {"message_id": "k1"}),
        ({"idempotency-key": "k1"}, {"message_id": "k2"}),
    ],
)
def test_callers_own_id_is_kept_and_counts_per_sender(
    headers: Mapping[str, str], metadata: JsonObject
) -> None:
    ann, again, bob = (
        parse({"sender": sender, "message": "hi", "metadata": metadata}, headers=headers)
        for sender in ("ann", "ann", "bob")
    )
    assert ann.event_id == again.event_id == "ann/k1"
    assert bob.event_id != ann.event_id


part = st.text("a/%", min_size=1, max_size=3)  # what could blur the border between the two
named = st.tuples(part, part)


@example(one=("a/", "b"), other=("a", "/b"))
@example(one=("a%2F", "b"), other=("a/", "b"))
@given(one=named, other=named)
def test_ids_of_different_senders_never_meet(one: tuple[str, str], other: tuple[str, str]) -> None:
    ids = [
        parse({"sender": sender, "message": "hi", "metadata": {"message_id": own_id}}).event_id
        for sender, own_id in (one, other)
    ]
    assert (ids[0] == ids[1]) == (one == other)


def test_unsigned_webhook_id_proves_nothing() -> None:
    event = parse({"sender": "ann", "message": "hi"}, headers={"webhook-id": "someone-else's"})
    assert event.event_id != "someone-else's"


@pytest.mark.parametrize("value", ["k" * 256, "\udcff", "a\x00b"])
def test_header_that_cannot_be_kept_is_refused(value: str) -> None:
    with pytest.raises(BadPayload):
        parse({"sender": "ann", "message": "hi"}, headers={"idempotency-key": value})


def test_metadata_goes_along() -> None:
    metadata = {"page": "/cart", "items": [1, 2.5, None, {"deep": True}]}
    assert parse({"sender": "ann", "message": "hi", "metadata": metadata}).metadata == metadata


@pytest.mark.parametrize(
    ("name", "shown"), [(" Nora ", "Nora"), (" ", None), ({"first": "Nora"}, None), ("N" * 256, None)]
)
def test_name_in_the_metadata_is_the_sender_s(name: Json, shown: str | None) -> None:
    body: JsonObject = {"sender": "ann", "message": "hi", "metadata": {"name": name}}
    assert parse(body).sender == Handle(native_id="ann", name=shown)


YES = Button(title="Yes", payload="/affirm")
SHOWY: JsonObject = {"title": "Yes", "payload": "/affirm", "type": "postback", "icon": {"name": "tick"}}
FILM: JsonObject = {"type": "video", "payload": {"src": "https://x.example/f.mp4", "title": "Film"}}
LINK = Button(title="Shop", payload="", url="https://shop.example")


# What Rasa 3.6's collecting channel makes of the same response.
@pytest.mark.parametrize(
    ("content", "items"),
    [
        (Content(), []),
        (Content(text="hello"), [{"text": "hello"}]),
        (
            Content(text=" one\n\ntwo\nthree\n\n\nfour "),
            [{"text": "one"}, {"text": "two\nthree"}, {"text": "\nfour"}],
        ),
        (
            Content(text="one\n\ntwo", buttons=(YES,)),
            [{"text": "one\n\ntwo", "buttons": [{"title": "Yes", "payload": "/affirm"}]}],
        ),
        (Content(image="https://x.example/i.png"), [{"image": "https://x.example/i.png"}]),
        (
            Content(text="hi", custom={"a": 1}, image="i", attachments=(Attachment(kind="file", ref="f"),)),
            [{"text": "hi"}, {"custom": {"a": 1}}, {"image": "i"}, {"attachment": "f"}],
        ),
        (
            Content(buttons=(Button(title="Yes", payload="/affirm", written=SHOWY),)),
            [{"buttons": [SHOWY]}],
        ),
        (
            Content(attachments=(Attachment(kind="video", ref="https://x.example/f.mp4", written=FILM),)),
            [{"attachment": FILM}],
        ),
        (
            Content(text="go", buttons=(LINK,)),
            [{"text": "go", "buttons": [{"title": "Shop", "url": "https://shop.example"}]}],
        ),
    ],
)
def test_items_are_rasas(content: Content, items: list[JsonObject]) -> None:
    assert list(render_items(content, "ann")) == [{"recipient_id": "ann", **item} for item in items]


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with run_webhook_receiver(SECRET) as opened:
        yield opened


@pytest.fixture
async def connector(receiver: WebhookReceiver) -> AsyncIterator[RestConnector]:
    options = {"secret": SECRET, "callback_url": receiver.url, "allow_internal": "true"}
    opened = RestConnector(AccountConfig(channel="rest", name="main", options=options))
    await opened.start(None)
    yield opened
    await opened.close()


async def test_callback_says_who_speaks(connector: RestConnector, receiver: WebhookReceiver) -> None:
    await connector.send(make_reply("ann", Content(text="Guten Tag ☀", buttons=(YES,))))
    assert receiver.messages == {
        "reply-1": {
            "type": "message",
            "data": {
                "sender": "ann",
                "author": "bot",
                "author_name": None,
                "messages": [
                    {
                        "recipient_id": "ann",
                        "text": "Guten Tag ☀",
                        "buttons": [{"title": "Yes", "payload": "/affirm"}],
                    }
                ],
            },
        }
    }


async def test_redirect_is_not_followed(connector: RestConnector, receiver: WebhookReceiver) -> None:
    receiver.script.append(Answer(status=307, headers={"Location": receiver.url}))
    result = await connector.send(make_reply("ann", Content(text="hi")))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.PERMANENT
    assert "redirect" in result.error.detail
    assert len(receiver.calls) == 1


async def test_callback_inside_our_network_is_not_called(receiver: WebhookReceiver) -> None:
    options = {"secret": SECRET, "callback_url": receiver.url.replace("127.0.0.1", "localhost")}
    connector = RestConnector(AccountConfig(channel="rest", name="main", options=options))
    await connector.start(None)
    result = await connector.send(make_reply("ann", Content(text="hi")))
    await connector.close()
    assert result.state is SendState.REJECTED
    assert result.error is not None
    assert result.error.error_class is ErrorClass.POLICY
    assert receiver.calls == []


async def test_name_that_does_not_exist_is_certainly_not_sent() -> None:
    options = {"secret": SECRET, "callback_url": "https://no-such-host.invalid/", "allow_internal": "true"}
    connector = RestConnector(AccountConfig(channel="rest", name="main", options=options))
    await connector.start(None)
    result = await connector.send(make_reply("ann", Content(text="hi")))
    await connector.close()
    assert result.state is SendState.REJECTED
    assert result.error is not None
    assert result.error.error_class is ErrorClass.TRANSIENT


async def test_conversation_that_is_fetched_is_not_called_back() -> None:
    connector = RestConnector(AccountConfig(channel="rest", name="main", options={"open": "true"}))
    result = await connector.send(make_reply("ann", Content(text="hi")))
    assert result.state is SendState.REJECTED
    assert result.error is not None
    assert not result.error.error_class.retriable


@pytest.mark.parametrize(
    ("status", "state", "error_class"),
    [
        (200, SendState.SENT, None),
        (204, SendState.SENT, None),
        (301, SendState.REJECTED, ErrorClass.PERMANENT),
        (400, SendState.REJECTED, ErrorClass.PERMANENT),
        (401, SendState.REJECTED, ErrorClass.PERMANENT),
        (408, SendState.REJECTED, ErrorClass.TRANSIENT),
        (410, SendState.REJECTED, ErrorClass.PERMANENT),
        (429, SendState.REJECTED, ErrorClass.RATE_LIMITED),
        (500, SendState.REJECTED, ErrorClass.TRANSIENT),
        (502, SendState.UNKNOWN, ErrorClass.TRANSIENT),
        (503, SendState.REJECTED, ErrorClass.TRANSIENT),
        (504, SendState.UNKNOWN, ErrorClass.TRANSIENT),
    ],
)
def test_status_says_what_became_of_it(status: int, state: SendState, error_class: ErrorClass | None) -> None:
    result = read_status(status, {}, message_id="m")
    assert result.state is state
    assert (result.error and result.error.error_class) == error_class


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7),
        ("0", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("Sat, 31 Jan 2026 12:01:00 GMT", 60),
        ("Sat, 31 Jan 2026 11:00:00 GMT", 0),
        ("9" * 400, 7 * 86400),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    found = read_retry_after(value, NOW)
    assert (None if found is None else found.total_seconds()) == seconds


@given(value=st.text(max_size=40))
def test_any_retry_after_is_read(value: str) -> None:
    found = read_retry_after(value, NOW)
    assert found is None or found >= timedelta()
