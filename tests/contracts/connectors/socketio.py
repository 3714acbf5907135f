"""The socket.io channel."""

from __future__ import annotations

import json
from typing import Any

from bot.connector import InboundRequest
from connectors.socketio.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    NO_ECHOES,
    NOW,
    ONE_AT_A_TIME,
    Channel,
    no_templates,
)
from tests.contracts.connectors.shown import DOES_NOT_APPLY, stage_of

KEY = "a key that signs the tokens of widgets"


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
    stage=lambda _limit: stage_of(CONNECTOR),
    does_not_apply={
        **no_templates("it is our own chat"),
        **DOES_NOT_APPLY,
        **NO_ECHOES,
        **ONE_AT_A_TIME,
        "test_unknown_kind_is_kept_as_unsupported": "the format is Rasa's and has one kind",
    },
)
