"""What tests of X have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.connector import (
    AccountConfig,
    OutboundFile,
    OutboundReply,
    SendResult,
)
from bot.domain.conversation import Surface
from bot.domain.message import Author, Content
from connectors.x.connector import XConnector
from tests.contracts.connectors.x import OPTIONS, THREAD
from tests.fakes.x import FakeX

KEY = f"post:{THREAD}:7"
LONG = " ".join(f"word{number}" for number in range(100))  # three posts


@asynccontextmanager
async def started(fake: FakeX, options: dict[str, str] | None = None) -> AsyncIterator[XConnector]:
    """The account's connector, with its session open."""
    chosen = {**(OPTIONS if options is None else options), "api_url": fake.url}
    config = AccountConfig(channel="x", name="main", options=chosen)
    connector = XConnector(config, pause=timedelta(milliseconds=1))
    await connector.start(None)
    try:
        yield connector
    finally:
        await connector.close()


def reply(text: str = "It left today.", key: str = KEY, **more: Any) -> OutboundReply:
    values: dict[str, Any] = {
        "idempotency_key": "r1",
        "conversation_key": key,
        "author": Author.BOT,
        "surface": Surface.PUBLIC if key.startswith("post") else Surface.DIRECT,
        "content": Content(text=text),
    }
    return OutboundReply(**{**values, **more})


async def send(fake: FakeX, message: OutboundReply) -> SendResult:
    async with started(fake) as connector:
        return await connector.send(message)


def file(mime: str = "image/png", size: int = 9, name: str = "label.png") -> OutboundFile:
    async def read() -> bytes:
        return b"x" * size

    kind = mime.partition("/")[0]
    return OutboundFile(
        kind=kind, mime=mime, name=name, size=size, url=f"https://shop.example/{name}", read=read
    )
