"""An Instagram account, with the fake Graph API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.connector import AccountConfig, InboundRequest, ReceiptState
from bot.connector.meta.webhook import sign_meta
from bot.domain.message import Kind
from connectors.instagram.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.fakes.graph import Fault, run_fake_graph
from tests.fakes.graph_events import AT, INSTAGRAM, body, echo, element, remark, said

OWN_ID, PERSON = "17841", "9001"
TOKEN, SECRET, WORD = "IGAA-token-of-the-account", "the-apps-own-secret", "our-verify-word"
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.ERROR,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}
OPTIONS = {
    "instagram_id": OWN_ID,
    "username": "lyra.shop",
    "token": TOKEN,
    "app_secret": SECRET,
    "verify_token": WORD,
    "app_id": "55",
}
STORY = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x"


def sealed(raw: bytes) -> InboundRequest:
    """Sign a body."""
    headers = {"x-hub-signature-256": sign_meta(raw, SECRET.encode())}
    return InboundRequest(body=raw, headers=headers, received_at=NOW)


def tell(*elements: Any) -> dict[str, Any]:
    """Return a body with elements of threads."""
    return body(INSTAGRAM, OWN_ID, messaging=list(elements))


def frame(text: str, *, number: int = 1, sender: str = PERSON) -> dict[str, Any]:
    """Return a body with a message."""
    return tell(said(OWN_ID, sender, text, mid=f"aWdf_{sender}_{number}"))


def message(text: str, *, number: int = 1, sender: str = PERSON) -> InboundRequest:
    """Return a webhook's request with a message."""
    return sealed(json.dumps(frame(text, number=number, sender=sender)).encode())


def did(**what: Any) -> dict[str, Any]:
    """Return a body with something that the person did."""
    return tell(element(OWN_ID, PERSON, **what))


def attached(kind: str, mid: str, **more: Any) -> dict[str, Any]:
    """Return a body with a message that is a file."""
    return did(message={"mid": mid, "attachments": [{"type": kind, "payload": {"url": STORY}}], **more})


MID = f"aWdf_{PERSON}_1"


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a Graph API where the person has written to the account."""
    account = {"own_id": OWN_ID, "node_id": OWN_ID, "text_max": 1000, "in_bytes": True}
    async with run_fake_graph(token=TOKEN, app_secret=SECRET, **account) as fake:
        fake.heard[PERSON] = datetime.now(UTC)
        config = AccountConfig(channel="instagram", name=ACCOUNT, options={**OPTIONS, "api_url": fake.url})
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


INSTAGRAM_CHANNEL = Channel(
    connector=CONNECTOR,
    options=OPTIONS,
    wrong_options=(
        ({}, "instagram_id"),
        ({}, "app_secret"),
        ({**OPTIONS, "instagram_id": "lyra.shop"}, "`instagram_id` must be a number"),
        ({**OPTIONS, "page_id": "lyra-page"}, "`page_id` must be a number"),
        ({**OPTIONS, "username": "lyra shop"}, "`username`"),
        ({**OPTIONS, "token": " "}, "token"),
        ({**OPTIONS, "verify_token": ""}, "verify_token"),
        ({**OPTIONS, "api_url": "graph"}, "api_url"),
        ({**OPTIONS, "ig_id": "10"}, "`ig_id`"),
    ),
    secrets=(TOKEN, SECRET, WORD),
    sender=PERSON,
    other_sender="9002",
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=(
        ("object", {"entry": []}),
        ("object", {"object": "page", "entry": []}),
        ("entry", {"object": "instagram"}),
        ("entry", {"object": "instagram", "entry": "x"}),
    ),
    unknown=(
        did(take_thread_control={"new_owner_app_id": "5"}),
        did(invented_in_2031={"x": 1}),
        did(message={"mid": "m_5", "is_unsupported": True}),
        did(message={"mid": "m_5", "attachments": [{"type": "ephemeral"}]}),
        did(message_edit={"mid": "m_5", "num_edit": 0}),
        did(read={}),
        tell(5),
        tell({}),
        body(INSTAGRAM, OWN_ID, standby=[said(OWN_ID, PERSON, "to another app")]),
        body(INSTAGRAM, OWN_ID, changes=[{"field": "story_insights", "value": {"media_id": "1"}}]),
        body(INSTAGRAM, OWN_ID, changes=[remark("7", "x", id=None)]),
        body(INSTAGRAM, OWN_ID, changes=[{"field": "mentions", "value": {"media_id": "1"}}]),
        body(INSTAGRAM, OWN_ID, field="comments", value=5),
        body(INSTAGRAM, OWN_ID),
        {"object": "instagram", "entry": [5]},
    ),
    machines=(
        body(INSTAGRAM, OWN_ID, changes=[remark(OWN_ID, "our own comment")]),
        body(INSTAGRAM, OWN_ID, changes=[remark("8", "also ours", username="Lyra.Shop")]),
        tell(said(OWN_ID, OWN_ID, "to ourselves", is_echo=True, is_self=True)),
    ),
    echoes=(
        tell(echo(OWN_ID, PERSON, "I looked into it.")),
        tell(echo(OWN_ID, PERSON, "I looked into it.", app_id=99)),
    ),
    samples={
        Kind.EDIT: (did(message_edit={"mid": MID, "text": "changed", "num_edit": 1}),),
        Kind.DELETE: (did(message={"mid": MID, "is_deleted": True}),),
        Kind.REACTION: (
            did(reaction={"mid": MID, "action": "react", "reaction": "other", "emoji": "🔥"}),
            did(reaction={"mid": MID, "action": "unreact"}),
        ),
        Kind.POSTBACK: (
            did(postback={"title": "Opening hours?", "payload": "/hours", "mid": "m_5"}),
            did(message={"mid": "m_6", "text": "Red", "quick_reply": {"payload": "/red"}}),
        ),
        Kind.MEDIA: (
            attached("image", "m_7"),
            attached("story_mention", "m_8"),
            attached("ig_reel", "m_9"),
            attached("share", "m_10"),
        ),
    },
    receipts={ReceiptState.READ: did(read={"mid": "m_sent_1"})},
    batch={
        "object": "instagram",
        "entry": [
            {"id": OWN_ID, "time": AT, "messaging": [said(OWN_ID, PERSON, "first", mid="m_a")]},
            {"id": OWN_ID, "time": AT, "messaging": [{"sender": [], "message": {"mid": {}}}]},
            {"id": OWN_ID, "time": AT, "changes": [remark(PERSON, "third")]},
        ],
    },
    stage=stage,
    does_not_apply={
        **no_templates("Instagram approves no messages: after the window only people write"),
        "test_old_signature_is_refused": "Meta's signature has no time in it",
        "test_send_with_the_same_key_arrives_once": "the Send API takes no idempotency key",
        "test_render_hides_notes": "nobody but Meta reads what we render",
    },
)
