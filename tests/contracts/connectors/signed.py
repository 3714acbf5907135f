"""What channels that take Rasa's request, signed, have in common; a customer's endpoint takes replies."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from standardwebhooks import Webhook

from bot.connector import AccountConfig, Connector, InboundRequest
from bot.domain.message import Kind
from tests.contracts.connectors.channel import ACCOUNT, NOW, Stage, Trouble
from tests.fakes.webhook_receiver import Answer, Break, WebhookReceiver, run_webhook_receiver

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ANSWERS: dict[Trouble, Answer | Break] = {
    Trouble.TOO_MANY: Answer(status=429, headers={"Retry-After": "7"}),
    Trouble.DOWN: Answer(status=503),
    Trouble.REFUSED: Answer(status=410),
    Trouble.RESET_AFTER: Break.RESET,
    Trouble.HANG: Break.HANG,
}

WRONG = (
    ("sender", {"message": "hi"}),
    ("sender", {"sender": ["ann"], "message": "hi"}),
    ("sender", {"sender": True, "message": "hi"}),
    ("sender", {"sender": 10**300, "message": "hi"}),
    ("sender", {"sender": "", "message": "hi"}),
    ("sender", {"sender": "s" * 256, "message": "hi"}),
    ("message", {"sender": "ann"}),
    ("message", {"sender": "ann", "message": None}),
    ("message", {"sender": "ann", "message": ["hi"]}),
    ("message", {"sender": "ann", "message": "  "}),
    ("message", {"sender": "ann", "message": "x" * 100_000}),
    ("metadata", {"sender": "ann", "message": "hi", "metadata": "page"}),
    ("message_id", {"sender": "ann", "message": "hi", "metadata": {"message_id": 5}}),
    ("attachments", {"sender": "ann", "message": "hi", "attachments": {}}),
    ("attachments", {"sender": "ann", "message": "hi", "attachments": [{"url": "https://x.example/"}] * 11}),
    ("attachments", {"sender": "ann", "attachments": []} | {"message": "hi", "attachments": ["a"]}),
    ("url", {"sender": "ann", "attachments": [{"name": "cup.png"}]}),
    ("url", {"sender": "ann", "attachments": [{"url": "https://x.example/", "content": "aGk="}]}),
    ("url", {"sender": "ann", "attachments": [{"url": "http://x.example/"}]}),
    ("url", {"sender": "ann", "attachments": [{"url": "file:///etc/passwd"}]}),
    ("url", {"sender": "ann", "attachments": [{"url": "https://169.254.169.254/"}]}),
    ("url", {"sender": "ann", "attachments": [{"url": "https://[::1]/"}]}),
    ("url", {"sender": "ann", "attachments": [{"url": "https://me:pass@x.example/"}]}),
    ("name", {"sender": "ann", "attachments": [{"url": "https://x.example/", "name": 5}]}),
)

FILE = {"url": "https://shop.example/cup.png", "mime": "image/png"}
SAMPLES = {
    Kind.MEDIA: (
        {"sender": "ann", "attachments": [FILE, {"content": "iVBORw0KGgo=", "name": "cup.png"}]},
        {"sender": "ann", "message": " ", "attachments": [FILE]},
    ),
}


def sealed(body: bytes, *, event: str = "msg_1") -> InboundRequest:
    """Sign a body as a customer's system does, with the reference implementation."""
    # The reference implementation signs text; what is no UTF-8 cannot be signed right by anybody.
    text = body.decode(errors="replace")
    headers = {
        "webhook-id": event,
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(event, NOW, text),
    }
    return InboundRequest(body=body, headers=headers, received_at=NOW)


def frame(text: str, *, sender: str = "ann") -> dict[str, Any]:
    """Return a body."""
    return {"sender": sender, "message": text, "metadata": {"page": "/cart"}}


def message(text: str, *, number: int = 1, sender: str = "ann") -> InboundRequest:
    """Return a signed message."""
    return sealed(json.dumps(frame(text, sender=sender)).encode(), event=f"{sender}-{number}")


@asynccontextmanager
async def stage_of(
    connector_class: type[Connector],
    url_option: str,
    read_texts: Callable[[WebhookReceiver], list[str]],
    limit: timedelta,
) -> AsyncIterator[Stage]:
    """Run a customer's endpoint, and an account that calls it."""
    async with run_webhook_receiver(SECRET) as receiver:
        options = {"secret": SECRET, url_option: receiver.url, "allow_internal": "true"}
        config = AccountConfig(channel=connector_class.channel, name=ACCOUNT, options=options)
        connector = connector_class(config, http_timeout=limit)
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await receiver.leave()
            else:
                receiver.script.append(ANSWERS[kind])

        yield Stage(connector=connector, key="ann", texts=lambda: read_texts(receiver), trouble=trouble)
        await connector.close()
