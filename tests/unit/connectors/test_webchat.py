from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.connector import AccountConfig, InboundEvent, InboundRequest, SendState
from bot.domain.message import Author, Button, Content, Kind, Message
from bot.errors import BadPayload
from connectors.webchat.connector import WebchatConnector
from connectors.webchat.payload import render_message
from tests.contracts.connectors.channel import make_reply

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CONNECTOR = WebchatConnector(AccountConfig(channel="webchat", name="main"))
MESSAGE = Message(
    id=7, conversation_id=1, seq=3, author=Author.BOT, kind=Kind.TEXT, created_at=NOW,
    content=Content(text="Which one?", buttons=(Button(title="A", payload="/a"),), image="https://x.example/i.png"),
)  # fmt: skip


def parse(frame: dict[str, Any], **query: str) -> InboundEvent:
    request = InboundRequest(
        body=json.dumps(frame).encode(), query={"visitor": "v-1", **query}, received_at=NOW
    )
    (event,) = CONNECTOR.parse(request)
    return event


def test_pressed_button_says_its_payload_and_keeps_its_label() -> None:
    event = parse({"type": "message", "id": "c1", "text": "Track it", "payload": "/track"})
    assert event.kind is Kind.POSTBACK
    assert event.content.text == "/track"
    assert event.metadata == {"client_id": "c1", "title": "Track it"}


def test_endpoint_says_who_the_visitor_is() -> None:
    event = parse({"type": "message", "id": "c1", "text": "hi", "visitor": "v-9"}, name="Ann", locale="de")
    assert (event.sender.native_id, event.sender.name, event.sender.locale) == ("v-1", "Ann", "de")


@pytest.mark.parametrize("visitor", ["", "v" * 256])
def test_frame_without_a_visitor_is_refused(visitor: str) -> None:
    with pytest.raises(BadPayload, match="visitor"):
        parse({"type": "message", "id": "c1", "text": "hi"}, visitor=visitor)


def test_stored_message_is_shown() -> None:
    frame = render_message(replace(MESSAGE, staff_name="Mara", author=Author.STAFF))
    assert frame == {
        "type": "message",
        "id": 7,
        "seq": 3,
        "author": "staff",
        "name": "Mara",
        "text": "Which one?",
        "buttons": [{"title": "A", "payload": "/a", "url": None}],
        "image": "https://x.example/i.png",
        "at": "2026-01-31T12:00:00+00:00",
    }
    assert json.loads(json.dumps(frame)) == frame


def test_visitors_own_message_comes_back_under_its_id_and_label() -> None:
    event = parse({"type": "message", "id": "c1", "text": "Track it", "payload": "/track"})
    stored = replace(
        MESSAGE, author=Author.CONTACT, kind=event.kind, content=event.content, metadata=event.metadata
    )
    frame = render_message(stored)
    assert frame is not None
    assert (frame["client_id"], frame["text"]) == ("c1", "Track it")


@pytest.mark.parametrize("kind", [Kind.NOTE, Kind.RECEIPT, Kind.UNSUPPORTED])
def test_what_customers_never_see_is_not_shown(kind: Kind) -> None:
    assert render_message(replace(MESSAGE, kind=kind)) is None


async def test_stored_reply_is_sent() -> None:
    result = await CONNECTOR.send(make_reply("v-1", Content(text="hi"), idempotency_key="visavis-7"))
    assert (result.state, result.native_ids) == (SendState.SENT, ("visavis-7",))
