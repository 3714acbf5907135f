"""The web chat. The chat endpoint authenticates; a stored reply is a sent one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.connector import AccountConfig, InboundRequest
from connectors.webchat.connector import CONNECTOR
from tests.contracts.connectors.channel import ACCOUNT, NOW, Channel, Stage, Trouble

NOT_SIGNED = "frames come through a socket whose visitor the endpoint has authenticated"
NOTHING_BACK = "nothing the brand says comes back"
NOT_DISPATCHED = "nothing is dispatched: a stored reply is read by the widget"


def sealed(body: bytes, *, visitor: str = "v-1") -> InboundRequest:
    """Return a frame as the chat endpoint hands it on."""
    return InboundRequest(body=body, query={"visitor": visitor}, received_at=NOW)


def frame(text: str, *, number: int = 1) -> dict[str, Any]:
    """Return a frame of the widget."""
    return {"type": "message", "id": f"c-{number}", "text": text}


def message(text: str, *, number: int = 1, sender: str = "v-1") -> InboundRequest:
    """Return a visitor's message."""
    return sealed(json.dumps(frame(text, number=number)).encode(), visitor=sender)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Return a connector; there is no platform to run."""
    connector = CONNECTOR(AccountConfig(channel="webchat", name=ACCOUNT))
    await connector.start(None)

    async def trouble(kind: Trouble) -> None:
        raise AssertionError(f"{NOT_DISPATCHED}, so {kind} cannot happen")

    yield Stage(connector=connector, key="v-1", texts=list, trouble=trouble)
    await connector.close()


WEBCHAT = Channel(
    connector=CONNECTOR,
    options={
        "title": "Lyra",
        "greeting": "Hi.",
        "origins": "https://shop.example http://localhost:3000, https://[::1]:8443 *",
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
    ),
    secrets=(),
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
    stage=stage,
    does_not_apply={
        "test_authentic_request_is_accepted": NOT_SIGNED,
        "test_altered_body_is_refused": NOT_SIGNED,
        "test_old_signature_is_refused": NOT_SIGNED,
        "test_unknown_kind_is_kept_as_unsupported": "the format is ours: what we do not know is a mistake",
        "test_what_machines_and_the_brand_itself_say_is_no_customers_message": NOTHING_BACK,
        "test_word_of_the_brands_people_is_an_echo_in_the_contacts_conversation": NOTHING_BACK,
        "test_reply_arrives": NOT_DISPATCHED,
        "test_long_reply_arrives_whole_within_the_limit": NOT_DISPATCHED,
        "test_buttons_beyond_the_limits_lose_no_reply": NOT_DISPATCHED,
        "test_send_with_the_same_key_arrives_once": NOT_DISPATCHED,
        "test_send_tells_what_became_of_it": NOT_DISPATCHED,
        "test_send_before_start_is_rejected": NOT_DISPATCHED,
        "test_small_signs_never_raise": NOT_DISPATCHED,
        "test_secrets_stay_out_of_logs_and_results": "there is no secret",
    },
)
