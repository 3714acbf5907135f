"""The web chat."""

from __future__ import annotations

import json
from typing import Any

from bot.connector import InboundRequest
from bot.domain.message import Kind
from connectors.webchat.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    NO_ECHOES,
    NOW,
    ONE_AT_A_TIME,
    Channel,
    no_templates,
)
from tests.contracts.connectors.shown import DOES_NOT_APPLY, stage_of

FILE = {"kind": "image", "ref": "upload:uploads/1/x", "mime": "image/png", "name": "cup.png", "size": 72}
SECRET = "the-site-and-we-both-know-this-one"


def sealed(body: bytes, *, visitor: str = "v-1") -> InboundRequest:
    """Return a frame as the chat endpoint hands it on: what it has made of `FILE` is its own word."""
    files = {"files": json.dumps([FILE])} if b'"files"' in body else {}
    return InboundRequest(body=body, query={"visitor": visitor, **files}, received_at=NOW)


def frame(text: str, *, number: int = 1) -> dict[str, Any]:
    """Return a frame of the widget."""
    return {"type": "message", "id": f"c-{number}", "text": text}


def message(text: str, *, number: int = 1, sender: str = "v-1") -> InboundRequest:
    """Return a visitor's message."""
    return sealed(json.dumps(frame(text, number=number)).encode(), visitor=sender)


WEBCHAT = Channel(
    connector=CONNECTOR,
    options={
        "title": "Lyra",
        "greeting": "Hi.",
        "origins": "https://shop.example http://localhost:3000, https://[::1]:8443 *",
        "identity_secret": SECRET,
        "consent": "What you write is kept.",
        "consent_link": "https://lyra.example/privacy",
        "ask": "name,email",
        "ask_required": "true",
        "largest_file": "25",
    },
    wrong_options=(
        ({"origin": "https://shop.example"}, "`origin`"),
        ({"origins": "shop.example"}, "scheme"),
        ({"origins": "//shop.example"}, "scheme"),
        ({"origins": "ftp://shop.example"}, "scheme"),
        ({"origins": "https:///"}, "scheme"),
        ({"origins": "null"}, "scheme"),
        ({"origins": "https://shop.example/"}, "slash"),
        ({"origins": "* https://shop.example/chat"}, "entry 2"),
        ({"origins": "https://shop.example?x"}, "path"),
        ({"origins": "https://me@shop.example"}, "host"),
        ({"origins": "https://Shop.example"}, "small letters"),
        ({"origins": "HTTPS://shop.example"}, "host"),
        ({"origins": "https://käse.example"}, "xn--"),
        ({"origins": "https://shop.example:443"}, "port"),
        ({"origins": "https://shop.example:"}, "port"),
        ({"origins": "https://shop.example:x"}, "no address"),
        ({"origins": "https://[::1"}, "no address"),
        ({"identity_secret": "short"}, "32 characters"),
        ({"consent": "x" * 2_001}, "2,000"),
        ({"consent_link": "https://lyra.example/privacy"}, "without `consent`"),
        ({"consent": "Yes?", "consent_link": "lyra.example"}, "https://"),
        ({"consent": "Yes?", "consent_link": "https://[::1"}, "no address"),
        ({"ask": "name,age"}, "`age`"),
        ({"ask": "name", "ask_required": "perhaps"}, "true or false"),
        ({"ask_required": "true"}, "without `ask`"),
        ({"largest_file": "26"}, "25"),
        ({"largest_file": "1.5"}, "whole number"),
        ({"largest_file": "-1"}, "whole number"),
    ),
    secrets=(SECRET,),
    sender="v-1",
    other_sender="v-2",
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=(
        ("type", {"id": "1", "text": "hi"}),
        ("type", {"type": "typing", "id": "1", "text": "hi"}),
        ("id", {"type": "message", "text": "hi"}),
        ("id", {"type": "message", "id": 1, "text": "hi"}),
        ("text", {"type": "message", "id": "1"}),
        ("text", {"type": "message", "id": "1", "text": {}}),
        ("text", {"type": "message", "id": "1", "text": "x" * 100_000}),
        ("payload", {"type": "message", "id": "1", "text": "hi", "payload": 5}),
        ("text", {"type": "message", "id": "1", "payload": "/yes"}),
    ),
    samples={
        Kind.POSTBACK: ({"type": "message", "id": "c-2", "text": "Yes", "payload": "/affirm"},),
        Kind.MEDIA: ({"type": "message", "id": "c-3", "text": "", "files": [{"ref": "…"}]},),
    },
    stage=lambda _limit: stage_of(CONNECTOR),
    does_not_apply={
        **no_templates("it is our own chat"),
        **DOES_NOT_APPLY,
        **NO_ECHOES,
        **ONE_AT_A_TIME,
        "test_unknown_kind_is_kept_as_unsupported": "the format is ours: what we do not know is a mistake",
    },
)
