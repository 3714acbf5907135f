"""What became of our messages, as WhatsApp tells it."""

from __future__ import annotations

import pytest

from bot.connector import ErrorClass, ReceiptState
from bot.domain.message import Kind
from tests.contracts.connectors.whatsapp import (
    status,
)
from tests.unit.connectors.whatsapp.acts import parse, parse_one


def test_status_tells_of_the_key_that_the_message_left_with() -> None:
    event = parse_one(status("delivered", biz_opaque_callback_data="visavis-77#2/2"))
    assert (event.kind, event.target_id) == (Kind.RECEIPT, "visavis-77")
    assert event.metadata == {"message_id": "wamid.ours"}
    event = parse_one(status("delivered", biz_opaque_callback_data="campaign-7"))
    assert event.target_id == "wamid.ours"


def test_reply_of_several_messages_arrived_when_the_last_did() -> None:
    assert parse(status("delivered", biz_opaque_callback_data="visavis-77#1/2")) == []
    errors = [{"code": 131026, "title": "Message undeliverable"}]
    failed = parse_one(status("failed", biz_opaque_callback_data="visavis-77#1/2", errors=errors))
    assert (failed.target_id, failed.receipt and failed.receipt.state) == ("visavis-77", ReceiptState.FAILED)


@pytest.mark.parametrize(
    ("code", "error_class"),
    [
        (131026, ErrorClass.RECIPIENT_GONE),
        (131047, ErrorClass.WINDOW_CLOSED),
        (131042, ErrorClass.PAYMENT),
        (131049, ErrorClass.POLICY),
        (424242, ErrorClass.PERMANENT),
        (None, ErrorClass.PERMANENT),
    ],
)
def test_failed_status_says_why(code: int | None, error_class: ErrorClass) -> None:
    errors = [] if code is None else [{"code": code, "title": "No", "error_data": {"details": "Because."}}]
    receipt = parse_one(status("failed", errors=errors)).receipt
    assert receipt is not None
    assert receipt.error is not None
    assert receipt.error.error_class is error_class
    assert code is None or receipt.error.detail == "WhatsApp refused: No: Because."


def test_every_status_of_a_message_has_an_id_of_its_own() -> None:
    events = [parse_one(status(name)) for name in ("sent", "delivered", "read", "failed")]
    assert len({event.event_id for event in events}) == 4
