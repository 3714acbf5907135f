"""The socket.io channel. Its endpoint lets clients in; a stored reply is a sent one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.connector import AccountConfig, InboundRequest
from connectors.socketio.connector import CONNECTOR
from tests.contracts.connectors.channel import ACCOUNT, NOW, Channel, Stage, Trouble

KEY = "a key that signs the tokens of widgets"
NOT_SIGNED = "frames come through a socket that the endpoint has let in"
NOTHING_BACK = "nothing the brand says comes back"
NOT_DISPATCHED = "nothing is dispatched: a stored reply is read by the session's socket"


def sealed(body: bytes, *, session: str = "v-1", number: int = 1) -> InboundRequest:
    """Return a frame as the socket's endpoint hands it on."""
    query = {"session": session, "id": f"{session}-{number}"}
    return InboundRequest(body=body, query=query, received_at=NOW)


def frame(text: str) -> dict[str, Any]:
    """Return the body of `user_uttered`."""
    return {"message": text, "customData": {"page": "/cart"}}


def message(text: str, *, number: int = 1, sender: str = "v-1") -> InboundRequest:
    """Return a client's message."""
    return sealed(json.dumps(frame(text)).encode(), session=sender, number=number)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Return a connector; there is no platform to run."""
    connector = CONNECTOR(AccountConfig(channel="socketio", name=ACCOUNT))
    await connector.start(None)

    async def trouble(kind: Trouble) -> None:
        raise AssertionError(f"{NOT_DISPATCHED}, so {kind} cannot happen")

    yield Stage(connector=connector, key="v-1", texts=list, trouble=trouble)
    await connector.close()


SOCKETIO = Channel(
    connector=CONNECTOR,
    options={"jwt_key": KEY, "session_persistence": "true", "origins": "https://shop.example"},
    wrong_options=(
        ({}, "jwt_key"),
        ({"open": "true", "jwt_key": KEY}, "contradict"),
        ({"open": "true", "origin": "https://shop.example"}, "`origin`"),
        ({"open": "true", "socketio_path": "socket io"}, "`socketio_path`"),
        ({"jwt_key": KEY, "jwt_method": "none"}, "`jwt_method`"),
        ({"open": "true", "bot_message_evt": "bot uttered"}, "`bot_message_evt`"),
    ),
    secrets=(KEY,),
    sender="v-1",
    other_sender="v-2",
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=(
        ("message", {"session_id": "x"}),
        ("message", {"message": None}),
        ("message", {"message": 5}),
        ("message", {"message": "  "}),
        ("message", {"message": "x" * 100_000}),
        ("metadata", {"message": "hi", "metadata": 5}),
        ("metadata", {"message": "hi", "metadata": "{"}),
    ),
    stage=stage,
    does_not_apply={
        "test_authentic_request_is_accepted": NOT_SIGNED,
        "test_altered_body_is_refused": NOT_SIGNED,
        "test_old_signature_is_refused": NOT_SIGNED,
        "test_unknown_kind_is_kept_as_unsupported": "the format is Rasa's and has one kind",
        "test_what_machines_and_the_brand_itself_say_is_no_customers_message": NOTHING_BACK,
        "test_word_of_the_brands_people_is_an_echo_in_the_contacts_conversation": NOTHING_BACK,
        "test_reply_arrives": NOT_DISPATCHED,
        "test_long_reply_arrives_whole_within_the_limit": NOT_DISPATCHED,
        "test_buttons_beyond_the_limits_lose_no_reply": NOT_DISPATCHED,
        "test_send_with_the_same_key_arrives_once": NOT_DISPATCHED,
        "test_send_tells_what_became_of_it": NOT_DISPATCHED,
        "test_send_before_start_is_rejected": NOT_DISPATCHED,
        "test_small_signs_never_raise": NOT_DISPATCHED,
        "test_secrets_stay_out_of_logs_and_results": NOT_DISPATCHED,
    },
)
