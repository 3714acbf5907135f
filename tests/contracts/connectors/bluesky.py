"""Bluesky, with the fake server. A frame is a list as the server answers it: mostly the log of messages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.connector import AccountConfig, InboundRequest
from bot.domain.message import Kind
from connectors.bluesky.connector import CONNECTOR
from connectors.bluesky.records import write_number
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.contracts.connectors.polled import NO_WEBHOOK
from tests.fakes.bluesky import Fault, run_fake_bluesky
from tests.fakes.bluesky_methods import PASSWORD
from tests.fakes.bluesky_records import (
    ME,
    make_did,
    make_log,
    make_notification,
    make_post,
    make_profile,
    make_tid,
)

KNOWN = {"me": make_did(ME)}
HANDLE = "lyra.bsky.example"
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.ERROR,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}
FIRST = f"m{make_tid(1)}"  # the id of frame("…", number=1)'s message
SHARED = {"$type": "app.bsky.embed.record#view", "record": {"uri": make_post("ann", make_tid(5), "x")["uri"]}}


def sealed(body: bytes) -> InboundRequest:
    """Return a body as the connector reads it."""
    return InboundRequest(body=body, received_at=NOW)


def entry(kind: str, text: str = "", *, number: int = 1, person: str = "ann", **more: Any) -> dict[str, Any]:
    """Return the log with one entry."""
    return {"logs": [make_log(kind, person, text, number, **more)], "known": dict(KNOWN)}


def frame(text: str, *, number: int = 1, sender: str = "did:plc:ann") -> dict[str, Any]:
    """Return the log with a direct message."""
    return entry("CreateMessage", text, number=number, person=sender.rpartition(":")[2])


def message(text: str, *, number: int = 1, sender: str = "did:plc:ann") -> InboundRequest:
    """Return a direct message. Ids are one for all conversations of the account."""
    number += 100 if sender != "did:plc:ann" else 0
    return sealed(json.dumps(frame(text, number=number, sender=sender)).encode())


def notification(reason: str, **more: Any) -> dict[str, Any]:
    """Return the notifications with one post."""
    found = make_notification("ann", make_post("ann", make_tid(7), "hi"), reason, NOW)
    return {"notifications": [{**found, **more}], "known": dict(KNOWN)}


def react(kind: str, number: int) -> dict[str, Any]:
    """Return the log with a heart that was put on the first message, or taken back."""
    heart = {"value": "❤️", "sender": {"did": "did:plc:ann"}, "createdAt": "2026-01-31T12:00:00Z"}
    return entry(kind, "hi", number=number, message=FIRST, reaction=heart)


def own(key: str) -> dict[str, Any]:
    """Return our own posts: one that answers Ann."""
    post = make_post(ME, key, "We are on it.", to=make_post("ann", make_tid(1), "broken"))
    return {
        "records": [{"uri": post["uri"], "cid": post["cid"], "value": post["record"]}],
        "known": dict(KNOWN),
    }


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a server where Ann has written to us in private."""
    async with run_fake_bluesky() as fake:
        fake.write("ann", "hello")
        options = {"handle": HANDLE, "app_password": PASSWORD, "api_url": fake.url}
        connector = CONNECTOR(
            AccountConfig(channel="bluesky", name=ACCOUNT, options=options), http_timeout=limit
        )
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind is Trouble.REFUSED:
                fake.closed.add("did:plc:ann")
            else:
                fake.faults.append(FAULTS[kind])

        def texts() -> list[str]:
            # Buttons are lines of the text: what stands on them is not what was said.
            return [said["text"].partition("\n• ")[0] for said in fake.said]

        yield Stage(connector=connector, key="convo-ann", texts=texts, trouble=trouble)
        await connector.close()


BLUESKY = Channel(
    connector=CONNECTOR,
    options={"handle": f"@{HANDLE}", "app_password": PASSWORD},
    wrong_options=(
        ({"app_password": PASSWORD}, "handle"),
        ({"handle": HANDLE}, "app_password"),
        ({"handle": "lyra brand", "app_password": PASSWORD}, "handle"),
        ({"handle": HANDLE, "app_password": PASSWORD, "api_url": "bsky"}, "api_url"),
        ({"handle": HANDLE, "app_password": PASSWORD, "password": "x"}, "password"),
    ),
    secrets=(PASSWORD, "-jwt"),
    sender="did:plc:ann",
    other_sender="did:plc:ben",
    key="convo-ann",
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=(("notifications", {}), ("logs", {"logs": 5}), ("records", {"records": {}})),
    unknown=(
        notification("like"),
        notification("invented-in-2031"),
        notification("mention", record=5),
        notification("mention", uri="https://bsky.app"),
        notification("mention", author={"did": 7}),
        {"notifications": ["x"]},
        entry("InventedIn2031"),
        {"logs": [{"$type": "chat.bsky.convo.defs#logCreateMessage", "rev": "3k"}]},
        {"records": [None]},
    ),
    machines=(
        entry("CreateMessage", "hi", sender=ME),
        notification("mention", author=make_profile(ME)),
        notification(
            "mention", author={**make_profile("ann"), "labels": [{"val": "bot", "src": "did:plc:ann"}]}
        ),
        own(write_number(7)),
    ),
    echoes=(own(make_tid(9)),),
    samples={
        Kind.MEDIA: (
            {
                "logs": [
                    {
                        **frame("")["logs"][0],
                        "message": {**frame("")["logs"][0]["message"], "text": "", "embed": SHARED},
                    }
                ],
                "known": dict(KNOWN),
            },
        ),
        Kind.DELETE: (entry("DeleteMessage", number=2, message=FIRST),),
        Kind.REACTION: (react("AddReaction", 2), react("RemoveReaction", 3)),
    },
    batch={
        "logs": [
            *frame("first")["logs"],
            {"$type": "chat.bsky.convo.defs#logCreateMessage", "message": 5},
            *frame("third", number=3)["logs"],
        ],
        "known": dict(KNOWN),
    },
    stage=stage,
    does_not_apply={
        **no_templates("nothing is approved beforehand there: what may be written may be written freely"),
        **NO_WEBHOOK,
        "test_send_with_the_same_key_arrives_once": "Bluesky drops no direct message; posts are tested apart",
        "test_render_hides_notes": "the server reads what we send",
    },
)
