"""The callback channel, signed both ways; a customer's endpoint takes the items."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from standardwebhooks import Webhook

from bot.connector import AccountConfig, InboundRequest
from connectors.callback.connector import CONNECTOR
from tests.contracts.connectors.channel import ACCOUNT, NOW, TIMEOUT, Channel, Stage, Trouble
from tests.fakes.webhook_receiver import Answer, Break, WebhookReceiver, run_webhook_receiver

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OPTIONS = {"secret": SECRET, "url": "https://shop.example/replies"}
NOTHING_BACK = "nothing the brand says comes back"
ANSWERS: dict[Trouble, Answer | Break] = {
    Trouble.TOO_MANY: Answer(status=429, headers={"Retry-After": "7"}),
    Trouble.DOWN: Answer(status=503),
    Trouble.REFUSED: Answer(status=410),
    Trouble.RESET_AFTER: Break.RESET,
    Trouble.HANG: Break.HANG,
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
async def stage() -> AsyncIterator[Stage]:
    """Run a customer's endpoint."""
    async with run_webhook_receiver(SECRET) as receiver:
        options = {"secret": SECRET, "url": receiver.url, "allow_internal": "true"}
        config = AccountConfig(channel="callback", name=ACCOUNT, options=options)
        connector = CONNECTOR(config, http_timeout=TIMEOUT)
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await receiver.leave()
            else:
                receiver.script.append(ANSWERS[kind])

        yield Stage(connector=connector, key="ann", texts=lambda: read_texts(receiver), trouble=trouble)
        await connector.close()


def read_texts(receiver: WebhookReceiver) -> list[str]:
    """Return the texts a customer's system has taken."""
    return [item["text"] for item in receiver.messages.values()]


CALLBACK = Channel(
    connector=CONNECTOR,
    options=OPTIONS,
    wrong_options=(
        ({}, "secret"),
        ({}, "url"),
        ({"secret": "hunter2"}, "whsec_"),
        ({"secret": SECRET, "url": "ftp://x.example"}, "url"),
        ({"secret": SECRET, "url": "http://169.254.169.254/"}, "internal"),
        ({"open": "true", "secret": SECRET}, "contradict"),
        ({"open": "true", "callback_url": "x"}, "callback_url"),
    ),
    secrets=(SECRET, SECRET.removeprefix("whsec_")),
    sender="ann",
    other_sender="bob",
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=(
        ("sender", {"message": "hi"}),
        ("sender", {"sender": 5, "message": "hi"}),
        ("sender", {"sender": "", "message": "hi"}),
        ("sender", {"sender": "s" * 256, "message": "hi"}),
        ("message", {"sender": "ann"}),
        ("message", {"sender": "ann", "message": None}),
        ("message", {"sender": "ann", "message": ["hi"]}),
        ("message", {"sender": "ann", "message": "  "}),
        ("message", {"sender": "ann", "message": "x" * 100_000}),
        ("metadata", {"sender": "ann", "message": "hi", "metadata": "page"}),
        ("message_id", {"sender": "ann", "message": "hi", "metadata": {"message_id": 5}}),
    ),
    stage=stage,
    does_not_apply={
        "test_send_with_the_same_key_arrives_once": "Rasa's clients take no idempotency key",
        "test_unknown_kind_is_kept_as_unsupported": "the format is Rasa's and has one kind",
        "test_what_machines_and_the_brand_itself_say_is_no_customers_message": NOTHING_BACK,
        "test_word_of_the_brands_people_is_an_echo_in_the_contacts_conversation": NOTHING_BACK,
    },
)
