"""What tests of the WhatsApp connector do with it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.connector import AccountConfig, InboundEvent, OutboundFile, OutboundReply
from bot.domain.message import Author, Content
from connectors.whatsapp.connector import WhatsappConnector
from connectors.whatsapp.payload import parse_body
from tests.contracts.connectors.channel import PATIENCE
from tests.contracts.connectors.whatsapp import OPTIONS, PHONE, USER_ID, about
from tests.fakes.whatsapp import FakeWhatsapp

ACCOUNT = AccountConfig(channel="whatsapp", name="main", options=OPTIONS)
USER = USER_ID[PHONE]


def parse(frame: dict[str, Any]) -> list[InboundEvent]:
    """Read a body."""
    return parse_body(json.dumps(frame).encode(), ACCOUNT)


def parse_one(frame: dict[str, Any]) -> InboundEvent:
    """Read a body with one event."""
    (event,) = parse(frame)
    return event


def interactive(kind: str, **part: Any) -> dict[str, Any]:
    """Return a body with a choice."""
    return about(1, "interactive", type=kind, **{kind: part})


@asynccontextmanager
async def connected(fake: FakeWhatsapp, **options: str) -> AsyncIterator[WhatsappConnector]:
    """Run a connector in front of a fake."""
    connector = build(fake, **options)
    await connector.start(None)
    try:
        yield connector
    finally:
        await connector.close()


def build(fake: FakeWhatsapp, **options: str) -> WhatsappConnector:
    """Return a connector that is not started."""
    account = AccountConfig(channel="whatsapp", name="main", options={**fake.options, **options})
    return WhatsappConnector(account, http_timeout=PATIENCE)


def reply(content: Content, *, key: str = PHONE, **more: Any) -> OutboundReply:
    """Return a reply of the bot's."""
    return OutboundReply(
        idempotency_key="visavis-7", conversation_key=key, content=content, author=Author.BOT, **more
    )


def attach(content: bytes, *, kind: str = "image", mime: str = "image/png", **more: Any) -> OutboundFile:
    """Return a file that leaves."""

    async def read() -> bytes:
        return content

    fields = {"name": "mug.png", "size": len(content), "url": None, **more}
    return OutboundFile(kind=kind, mime=mime, read=read, **fields)
