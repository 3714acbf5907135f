"""Mails that leave, and what a real Postfix says to them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.connector import (
    ErrorClass,
    OutboundFile,
    OutboundReply,
    ReceiptState,
    SendState,
)
from bot.domain.message import Kind
from connectors.email.connector import EmailConnector
from tests.fakes.mail import run_fake_smtp
from tests.mailservers.acts import WAIT, reply_to, taking, wait_for_mail
from tests.mailservers.servers import ANN, BLOCKED, BUSY, US, MailServers

pytestmark = pytest.mark.timeout(120)


async def test_refusals_are_told_apart(connector: EmailConnector) -> None:
    busy = await connector.send(reply_to(BUSY, key="visavis-11"))
    assert busy.error is not None
    assert (busy.state, busy.error.error_class) == (SendState.REJECTED, ErrorClass.TRANSIENT)
    assert busy.error.retry_after == timedelta(seconds=90)
    blocked = await connector.send(reply_to(BLOCKED, key="visavis-12"))
    assert blocked.error is not None
    assert (blocked.state, blocked.error.error_class) == (SendState.REJECTED, ErrorClass.POLICY)
    nobody = await connector.send(reply_to("nobody@example.org", key="visavis-13"))
    assert nobody.error is not None
    assert (nobody.state, nobody.error.error_class) == (SendState.REJECTED, ErrorClass.RECIPIENT_GONE)


async def test_mail_beyond_the_servers_limit_is_too_long(connector: EmailConnector) -> None:
    async def read() -> bytes:
        return b"x" * 2_000_000

    file = OutboundFile(
        kind="file", mime="application/pdf", name="a.pdf", size=2_000_000, url=None, read=read
    )
    made = reply_to(ANN, key="visavis-14")
    result = await connector.send(OutboundReply(**{**_fields(made), "files": (file,)}))  # type: ignore[arg-type]
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.TOO_LONG)


def _fields(made: OutboundReply) -> dict[str, object]:
    return {
        name: getattr(made, name) for name in ("idempotency_key", "conversation_key", "content", "author")
    }


async def test_mail_that_comes_back_is_a_receipt(servers: MailServers, connector: EmailConnector) -> None:
    async with run_fake_smtp(port=servers.far) as far, taking(connector) as taker:
        far.gone.add("gone@far.example")
        made = reply_to("gone@far.example", key="visavis-15")
        sent = await connector.send(made)
        assert sent.state is SendState.SENT
        (event,) = await taker.take()
    raw = await wait_for_mail(servers, US, "Original-Envelope-Id")
    assert f"Original-Envelope-Id: {sent.native_ids[0].strip('<>')}".encode() in raw
    assert event.kind is Kind.RECEIPT
    assert (event.target_id, event.conversation_key) == (sent.native_ids[0], made.conversation_key)
    assert event.receipt is not None
    assert event.receipt.error is not None
    assert (event.receipt.state, event.receipt.error.error_class) == (
        ReceiptState.FAILED,
        ErrorClass.RECIPIENT_GONE,
    )


async def test_other_mail_server_gets_what_we_send(servers: MailServers, connector: EmailConnector) -> None:
    async with run_fake_smtp(port=servers.far) as far:
        made = reply_to("bob@far.example", key="visavis-18")
        assert (await connector.send(made)).state is SendState.SENT
        async with asyncio.timeout(WAIT):
            await far.taken.wait()
    (letter,) = far.letters
    assert letter["From"] == "The Shop <help@shop.example>"
    assert letter.get_body(("plain",)).get_content().strip() == "Hello."  # type: ignore[union-attr]
