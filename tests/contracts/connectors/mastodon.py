"""Mastodon, with the fake server. A frame is an event of the stream, with what is known beside it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.connector import AccountConfig, InboundRequest
from bot.domain.message import Kind
from connectors.mastodon.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    ONE_AT_A_TIME,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.contracts.connectors.polled import NO_WEBHOOK
from tests.fakes.mastodon import Fault, run_fake_mastodon
from tests.fakes.mastodon_methods import APP
from tests.fakes.mastodon_posts import ME, Post, make_account, make_notification, make_post

TOKEN = "tok-AAabcdefghijklmnop"
SERVER = "https://social.example"
KNOWN = {"me": ME["id"], "app": APP}
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.ERROR,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}
PHOTO = {"id": "5", "type": "image", "url": "https://files.example/5.png", "description": "A torn box"}


def sealed(body: bytes) -> InboundRequest:
    """Return a body as the connector reads it."""
    return InboundRequest(body=body, received_at=NOW)


def post(text: str, *, number: int = 1, sender: str = "7", **more: Any) -> Post:
    """Return a post that mentions us."""
    return make_post(f"{sender}{100 + number}", make_account(sender), f"@lyra {text}", **more)


def tell(event: str, payload: Any, **known: Any) -> dict[str, Any]:
    """Return an event as it is asked for."""
    return {"event": event, "payload": payload, "known": {**KNOWN, **known}}


def frame(text: str, *, number: int = 1, sender: str = "7", **more: Any) -> dict[str, Any]:
    """Return the notification of a mention."""
    said = post(text, number=number, sender=sender, **more)
    return tell("notification", make_notification(str(900 + number), "mention", said))


def message(text: str, *, number: int = 1, sender: str = "7") -> InboundRequest:
    """Return a mention as the connector reads it."""
    return sealed(json.dumps(frame(text, number=number, sender=sender)).encode())


def own(app: str) -> dict[str, Any]:
    """Return a post of the brand's, in answer to person 7."""
    answer = {"in_reply_to_id": "7101", "in_reply_to_account_id": "7", "application": {"name": app}}
    return tell("update", make_post("300", ME, "@person7 We are on it.", **answer), thread="7101")


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a server where person 7 has written to us in public."""
    async with run_fake_mastodon() as fake:
        said = fake.say("7", "hello")
        connector = CONNECTOR(
            AccountConfig(
                channel="mastodon", name=ACCOUNT, options={"token": fake.token, "instance": fake.url}
            ),
            http_timeout=limit,
        )
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind is Trouble.REFUSED:
                fake.posts.pop(said["id"], None)
            else:
                fake.faults.append(FAULTS[kind])

        def texts() -> list[str]:
            """What people read below the name of whom it is for, without the lines of buttons."""
            said = (sent["said"].removeprefix("@person7@other.example ") for sent in fake.sent)
            return ["\n".join(line for line in text.split("\n") if not line.startswith("•")) for text in said]

        yield Stage(connector=connector, key=f"7:{said['id']}", texts=texts, trouble=trouble)
        await connector.close()


MASTODON = Channel(
    connector=CONNECTOR,
    options={"token": TOKEN, "instance": SERVER},
    wrong_options=(
        ({"instance": SERVER}, "token"),
        ({"token": TOKEN}, "instance"),
        ({"token": TOKEN, "instance": "social.example"}, "instance"),
        ({"token": "two words", "instance": SERVER}, "token"),
        ({"token": "tök-AAabcdefgh", "instance": SERVER}, "token"),
        ({"token": TOKEN, "instance": SERVER, "tokn": "x"}, "tokn"),
    ),
    secrets=(TOKEN,),
    sender="7",
    other_sender="8",
    key="7:7101",
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=(("event", {"payload": {}}), ("event", {"event": 5, "payload": {}})),
    unknown=(
        {"event": "announcement", "payload": "{}"},
        {"event": "filters_changed"},
        {"event": "notification", "payload": 5},
        {"event": "notification", "payload": "not JSON"},
        tell("notification", make_notification("901", "favourite", make_post("300", ME, "Hi"))),
        tell("notification", {"id": "901", "type": "mention"}),
        frame("x", content=5),
        frame("x", account={"id": 7}),
        frame("x", content=""),
    ),
    machines=(
        tell("notification", make_notification("901", "mention", post("hi") | {"account": ME})),
        frame("hi", account={**make_account("9"), "bot": True}),
        own(APP),
    ),
    echoes=(own("Web"),),
    samples={
        Kind.EDIT: (
            tell("status.update", post("changed", edited_at="2026-01-31T12:01:00.000Z")),
            tell(
                "notification",
                make_notification("902", "update", post("changed", edited_at="2026-01-31T12:01:00.000Z")),
            ),
        ),
        Kind.DELETE: (tell("delete", "7101", status=post("hi")),),
        Kind.MEDIA: (frame("", content="", media_attachments=[PHOTO]),),
    },
    stage=stage,
    does_not_apply={
        **no_templates("nothing is approved beforehand there: what may be written may be written freely"),
        **NO_WEBHOOK,
        **ONE_AT_A_TIME,
        "test_render_hides_notes": "the server reads what we send",
    },
)
