"""The REST channel, signed and with call-backs; a customer's endpoint takes them."""

from __future__ import annotations

from connectors.rest.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    NO_ECHOES,
    ONE_AT_A_TIME,
    Channel,
    no_templates,
)
from tests.contracts.connectors.signed import SAMPLES, SECRET, WRONG, frame, message, sealed, stage_of
from tests.fakes.webhook_receiver import WebhookReceiver

OPTIONS = {"secret": SECRET, "callback_url": "https://shop.example/replies"}


def read_texts(receiver: WebhookReceiver) -> list[str]:
    """Return the texts a customer's system has taken."""
    return [item["text"] for body in receiver.messages.values() for item in body["data"]["messages"]]


REST = Channel(
    connector=CONNECTOR,
    options=OPTIONS,
    wrong_options=(
        ({}, "secret"),
        ({"secret": "hunter2"}, "whsec_"),
        ({"secret": "whsec_AAAA"}, "24 to 64 bytes"),
        ({"secret": SECRET, "callback_url": "ftp://x.example"}, "callback_url"),
        ({"secret": SECRET, "callback_url": "http://169.254.169.254/"}, "internal"),
        ({"open": "true", "callback_url": "https://x.example"}, "secret"),
        ({"open": "true", "secret": SECRET}, "contradict"),
        ({"open": "true", "calback_url": "x"}, "calback_url"),
    ),
    secrets=(SECRET, SECRET.removeprefix("whsec_")),
    sender="ann",
    other_sender="bob",
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=WRONG,
    samples=SAMPLES,
    stage=lambda limit: stage_of(CONNECTOR, "callback_url", read_texts, limit),
    does_not_apply={
        **no_templates("callers take whatever is said to them"),
        **NO_ECHOES,
        **ONE_AT_A_TIME,
        "test_file_that_cannot_be_read_leaves_no_doubt": "nothing is read: callers fetch files themselves",
        "test_unknown_kind_is_kept_as_unsupported": "the format is Rasa's and has one kind",
    },
)
