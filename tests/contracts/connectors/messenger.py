"""A Facebook page, with the fake Graph API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.connector import AccountConfig, InboundRequest, ReceiptState
from bot.connector.meta.webhook import sign_meta
from bot.domain.message import Kind
from connectors.messenger.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.fakes.graph import Fault, run_fake_graph
from tests.fakes.graph_events import AT, PAGE, body, comment, echo, element, said

PAGE_ID, PERSON, APP = "10", "7001", "55"
TOKEN, SECRET, WORD = "EAAG-token-of-the-page", "the-apps-own-secret", "our-verify-word"
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.ERROR,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}
OPTIONS = {
    "page_id": PAGE_ID,
    "token": TOKEN,
    "app_secret": SECRET,
    "verify_token": WORD,
    "app_id": APP,
}


def sealed(raw: bytes) -> InboundRequest:
    """Sign a body."""
    headers = {"x-hub-signature-256": sign_meta(raw, SECRET.encode())}
    return InboundRequest(body=raw, headers=headers, received_at=NOW)


def frame(text: str, *, number: int = 1, sender: str = PERSON) -> dict[str, Any]:
    """Return a body with a message."""
    mid = f"m_{sender}_{number}"
    return tell(
        {
            "sender": {"id": sender},
            "recipient": {"id": PAGE_ID},
            "timestamp": AT,
            "message": {"mid": mid, "text": text},
        }
    )


def message(text: str, *, number: int = 1, sender: str = PERSON) -> InboundRequest:
    """Return a webhook's request with a message."""
    return sealed(json.dumps(frame(text, number=number, sender=sender)).encode())


def tell(*elements: Any) -> dict[str, Any]:
    """Return a body with elements of threads."""
    return body(PAGE, PAGE_ID, messaging=list(elements))


def did(**what: Any) -> dict[str, Any]:
    """Return a body with something that the person did."""
    return tell(element(PAGE_ID, PERSON, **what))


MID = f"m_{PERSON}_1"


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a Graph API where the person has written to the page."""
    async with run_fake_graph(own_id=PAGE_ID, token=TOKEN, app_secret=SECRET) as fake:
        fake.heard[PERSON] = datetime.now(UTC)
        config = AccountConfig(channel="messenger", name=ACCOUNT, options={**OPTIONS, "api_url": fake.url})
        connector = CONNECTOR(config, http_timeout=limit)
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind is Trouble.REFUSED:
                fake.blocked.add(PERSON)
            else:
                fake.faults["messages"].append(FAULTS[kind])

        yield Stage(connector=connector, key=PERSON, texts=fake.texts, trouble=trouble)
        await connector.close()


MESSENGER = Channel(
    connector=CONNECTOR,
    options=OPTIONS,
    wrong_options=(
        ({}, "page_id"),
        ({}, "app_secret"),
        ({**OPTIONS, "page_id": "lyra-shop"}, "`page_id` must be a number"),
        ({**OPTIONS, "app_id": "lyra-app"}, "`app_id` must be a number"),
        ({**OPTIONS, "token": " "}, "token"),
        ({**OPTIONS, "verify_token": ""}, "verify_token"),
        ({**OPTIONS, "api_url": "graph"}, "api_url"),
        ({**OPTIONS, "page": "10"}, "`page`"),
    ),
    secrets=(TOKEN, SECRET, WORD),
    sender=PERSON,
    other_sender="7002",
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=(
        ("object", {"entry": []}),
        ("object", {"object": "instagram", "entry": []}),
        ("object", {"object": 5, "entry": []}),
        ("entry", {"object": "page"}),
        ("entry", {"object": "page", "entry": {}}),
    ),
    unknown=(
        did(game_play={"game_id": "1"}),
        did(pass_thread_control={"new_owner_app_id": "5"}),
        did(account_linking={"status": "linked"}),
        did(invented_in_2031={"x": 1}),
        did(message={"seq": 5}),
        did(message={"mid": "m_5", "is_unsupported": True}),
        did(message=5),
        did(reaction={"action": "react"}),
        did(read={}),
        did(postback={"mid": "m_5"}),
        tell(5),
        tell({}),
        tell({"message": {"mid": "m_1", "text": "from nobody"}}),
        body(PAGE, PAGE_ID, standby=[said(PAGE_ID, PERSON, "to another app")]),
        body(PAGE, PAGE_ID, changes=[5]),
        body(PAGE, PAGE_ID, changes=[{"field": "leadgen", "value": {"leadgen_id": "1"}}]),
        body(PAGE, PAGE_ID, changes=[{"field": "feed", "value": {"item": "reaction", "verb": "add"}}]),
        body(PAGE, PAGE_ID, changes=[comment("7", "x", verb="hide")]),
        body(PAGE, PAGE_ID, changes=[comment("7", "x", comment_id=None)]),
        body(PAGE, PAGE_ID),
        {"object": "page", "entry": [5]},
    ),
    machines=(
        body(PAGE, PAGE_ID, changes=[comment(PAGE_ID, "our own comment")]),
        body(PAGE, PAGE_ID, changes=[comment(PAGE_ID, "", item="status")]),
        tell({"sender": {"id": PAGE_ID}, "recipient": {"id": PAGE_ID}, "message": {"mid": "m", "text": "x"}}),
    ),
    echoes=(
        tell(echo(PAGE_ID, PERSON, "I looked into it.")),
        tell(echo(PAGE_ID, PERSON, "I looked into it.", app_id=263902037430900)),
        body(PAGE, PAGE_ID, standby=[echo(PAGE_ID, PERSON, "I looked into it.", app_id="99")]),
    ),
    samples={
        Kind.EDIT: (did(message_edit={"mid": MID, "text": "changed", "num_edit": "1"}),),
        Kind.DELETE: (did(message={"mid": MID, "is_deleted": True}),),
        Kind.REACTION: (
            did(reaction={"mid": MID, "action": "react", "reaction": "love", "emoji": "❤"}),
            did(reaction={"mid": MID, "action": "unreact"}),
        ),
        Kind.POSTBACK: (
            did(postback={"title": "Track it", "payload": "/track", "mid": "m_5"}),
            did(postback={"title": "Track it", "payload": "/track"}),
            did(message={"mid": "m_6", "text": "Red", "quick_reply": {"payload": "/red"}}),
        ),
        Kind.MEDIA: (
            did(
                message={
                    "mid": "m_7",
                    "attachments": [
                        {"type": "image", "payload": {"url": "https://scontent.xx.fbcdn.net/a.jpg"}}
                    ],
                }
            ),
            did(
                message={
                    "mid": "m_8",
                    "attachments": [
                        {"type": "location", "payload": {"coordinates": {"lat": 52.5, "long": 13.4}}}
                    ],
                }
            ),
        ),
    },
    receipts={
        ReceiptState.DELIVERED: did(delivery={"mids": ["m_sent_1"], "watermark": AT}),
        ReceiptState.READ: did(read={"watermark": AT}),
    },
    batch=tell(
        said(PAGE_ID, PERSON, "first", mid="m_a"),
        {"sender": 5, "recipient": [], "message": "second"},
        said(PAGE_ID, PERSON, "third", mid="m_c"),
    ),
    stage=stage,
    does_not_apply={
        **no_templates("Meta's utility templates for Messenger are not built: after the window people write"),
        "test_old_signature_is_refused": "Meta's signature has no time in it",
        "test_send_with_the_same_key_arrives_once": "the Send API takes no idempotency key",
        "test_render_hides_notes": "nobody but Meta reads what we render",
    },
)
