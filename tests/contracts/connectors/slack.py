"""Slack, with the fake workspace; signatures by slack-sdk."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.connector import AccountConfig, InboundRequest
from bot.domain.message import Kind
from connectors.slack.connector import CONNECTOR
from connectors.slack.signature import sign
from connectors.slack.words import unescape
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    ONE_AT_A_TIME,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.contracts.connectors.slack_frames import (
    PICTURE,
    changed,
    deleted,
    direct,
    envelope,
    pressed,
    reacted,
    said_in_room,
)
from tests.fakes.slack import BOT, BOT_USER, SIGNING_SECRET, TEAM, TOKEN, Fault, run_fake_slack

OPTIONS = {"token": TOKEN, "signing_secret": SIGNING_SECRET, "staff": "U5, U6"}
STAMP = str(int(NOW.timestamp()))
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.UNAVAILABLE,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}


def sealed(body: bytes) -> InboundRequest:
    """Sign any body; slack-sdk signs text only."""
    signature = sign(body, timestamp=STAMP, key=SIGNING_SECRET.encode())
    return request(body, signature)


def request(body: bytes, signature: str) -> InboundRequest:
    """Return a signed request."""
    headers = {"x-slack-request-timestamp": STAMP, "x-slack-signature": signature}
    return InboundRequest(body=body, headers=headers, received_at=NOW)


def frame(text: str, *, number: int = 1, sender: str = "U7") -> dict[str, Any]:
    """Return a body with a direct message."""
    return envelope(direct(text, number=number, sender=sender), mark=f"Ev{sender}{number}")


def message(text: str, *, number: int = 1, sender: str = "U7") -> InboundRequest:
    """Return a request with a direct message, signed by slack-sdk."""
    body = json.dumps(frame(text, number=number, sender=sender)).encode()
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=STAMP, body=body)
    assert signature is not None
    return request(body, signature)


def dump(body: dict[str, Any]) -> bytes:
    """Return a body as Slack posts it: interactions as forms."""
    raw = json.dumps(body)
    return urlencode({"payload": raw}).encode() if body.get("type") == "block_actions" else raw.encode()


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a workspace where person 7 has written to the app."""
    async with run_fake_slack() as fake:
        fake.channels.add("DU7")
        options = {**OPTIONS, "api_url": fake.url}
        connector = CONNECTOR(
            AccountConfig(channel="slack", name=ACCOUNT, options=options), http_timeout=limit
        )
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind is Trouble.REFUSED:
                fake.archived.add("DU7")
            else:
                fake.faults["chat.postMessage"].append(FAULTS[kind])

        def texts() -> list[str]:
            return [unescape(sent["text"]) for sent in fake.sent]

        yield Stage(connector=connector, key="DU7", texts=texts, trouble=trouble)
        await connector.close()


SAID = direct("hi")
BOT_SAYS = {**direct("hi", sender="U8"), "bot_id": "B1", "app_id": "A1"}
STAFF_SAYS = said_in_room(
    "We sent it again.", number=2, sender="U5", thread_ts="1750000001.000100", parent_user_id="U7"
)

SLACK = Channel(
    connector=CONNECTOR,
    options=OPTIONS,
    wrong_options=(
        ({}, "token"),
        ({"token": "hunter22"}, "xoxb-"),
        ({"token": TOKEN}, "signing_secret"),
        ({**OPTIONS, "staff": "U5, mara"}, "staff"),
        ({**OPTIONS, "api_url": "slack"}, "api_url"),
        ({**OPTIONS, "tokn": "x"}, "tokn"),
    ),
    secrets=(TOKEN, SIGNING_SECRET),
    sender="U7",
    other_sender="U8",
    key="DU7",
    message=message,
    sealed=sealed,
    frame=frame,
    dump=dump,
    wrong=(("type", {"x": 1}), ("type", {"type": 5, "event": "x"})),
    unknown=(
        envelope({"type": "invented_in_2031", "x": 1}),
        envelope({**SAID, "subtype": "channel_join"}),
        envelope({**SAID, "user": None}),
        envelope({**SAID, "ts": 5}),
        envelope({**SAID, "text": None}),
        envelope({**changed(SAID, "changed"), "message": 5}),
        envelope({**deleted(SAID), "previous_message": None}),
        envelope({**reacted(SAID), "item": {"type": "file", "file": "F1"}}),
        {**envelope(SAID), "event": "x"},
        {"type": "event_callback"},
        {"type": "app_rate_limited", "team_id": TEAM, "minute_rate_limited": 1_750_000_000},
        {**pressed("DU7", "1750000000.000100"), "actions": []},
        pressed("DU7", "1750000000.000100", action_id="open:0"),
        pressed("DU7", "1750000000.000100", value=None),
    ),
    machines=(
        envelope(BOT_SAYS),
        envelope({**SAID, "subtype": "bot_message", "bot_id": BOT, "username": "lyra"}),
        envelope({**SAID, "user": BOT_USER}),
        envelope({**SAID, "user": "USLACKBOT"}),
        envelope(changed(BOT_SAYS, "changed")),
        envelope(deleted(BOT_SAYS)),
        envelope(reacted(SAID, person=BOT_USER)),
    ),
    echoes=(envelope(STAFF_SAYS),),
    samples={
        Kind.EDIT: (envelope(changed(SAID, "changed")),),
        Kind.DELETE: (envelope(deleted(SAID)),),
        Kind.REACTION: (
            envelope(reacted(SAID), mark="Ev2"),
            envelope(reacted(SAID, taken_back=True), mark="Ev3"),
        ),
        Kind.POSTBACK: (pressed("DU7", "1750000000.000100"),),
        Kind.MEDIA: (envelope({**direct(""), "subtype": "file_share", "files": [PICTURE]}),),
    },
    stage=stage,
    does_not_apply={
        **no_templates("Slack approves apps, not messages"),
        **ONE_AT_A_TIME,
        "test_receipt_says_of_what_and_what": "Slack does not tell what became of a message",
        "test_send_with_the_same_key_arrives_once": "Slack takes no idempotency key",
        "test_render_hides_notes": "nobody but Slack reads what we render",
    },
)
