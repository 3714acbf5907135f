"""Mails as bytes, and what they are taken for."""

from __future__ import annotations

from bot.connector import InboundEvent
from connectors.email.payload import Place, Us, parse_mail
from connectors.email.threads import digest

US = Us(
    account="main",
    addresses=frozenset({"help@shop.example", "info@shop.example"}),
    domain="shop.example",
    authserv_id="mx.shop.example",
)
OURS = f"<visavis-7.{digest('subject order')}@shop.example>"


def parse(raw: bytes, us: Us = US, *, sent: bool = False) -> InboundEvent:
    return parse_mail(raw, us, Place(uidvalidity=3, uid=9, sent=sent))


def write(*heads: str, body: str | bytes = "Hello.", sender: str = "Ann <ann@example.org>") -> bytes:
    """Return a mail with some headers as they stand."""
    lines = [f"From: {sender}", "To: help@shop.example", "Subject: Order", "Message-ID: <1@example.org>"]
    known = {line.partition(":")[0].lower() for line in heads}
    kept = [line for line in lines if line.partition(":")[0].lower() not in known]
    content = body if isinstance(body, bytes) else body.encode()
    return "\r\n".join([*kept, *heads]).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content
