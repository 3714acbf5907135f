"""The callback channel, signed both ways; a customer's endpoint takes the items."""

from __future__ import annotations

from connectors.callback.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    HOSTILE,
    NO_ECHOES,
    ONE_AT_A_TIME,
    Channel,
    no_templates,
)
from tests.contracts.connectors.signed import SAMPLES, SECRET, WRONG, frame, message, sealed, stage_of
from tests.fakes.webhook_receiver import WebhookReceiver

OPTIONS = {"secret": SECRET, "url": "https://shop.example/replies"}


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
    wrong=WRONG,
    samples=SAMPLES,
    stage=lambda limit: stage_of(CONNECTOR, "url", read_texts, limit),
    does_not_apply={
        **no_templates("callers take whatever is said to them"),
        **NO_ECHOES,
        **ONE_AT_A_TIME,
        **dict.fromkeys(HOSTILE, "bodies are read as the REST channel's are, and by the same function"),
        "test_send_with_the_same_key_arrives_once": "Rasa's clients take no idempotency key",
        "test_file_that_cannot_be_read_leaves_no_doubt": "nothing is read: callers fetch files themselves",
        "test_unknown_kind_is_kept_as_unsupported": "the format is Rasa's and has one kind",
    },
)
