"""What tests of channels that are asked have in common: a poll beside the test, replies, files."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from bot.connector import OutboundFile, OutboundReply
from bot.domain.message import Author, Content

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.connector import Connector, InboundEvent, Polled


class Reading:
    """A poll that goes on beside the test: what it brought, and how far it is."""

    def __init__(self) -> None:
        self.events: list[InboundEvent] = []
        self.cursor: str | None = None

    async def run(self, connector: Connector, cursor: str | None) -> None:
        async with aclosing(cast("AsyncGenerator[Polled, None]", connector.poll(cursor))) as batches:
            async for polled in batches:
                self.events.extend(polled.events)
                self.cursor = polled.cursor

    @property
    def said(self) -> list[str]:
        return [event.content.text for event in self.events]


def reply_to(event: InboundEvent, text: str, **more: object) -> OutboundReply:
    """Return a bot's reply to an event."""
    reply = OutboundReply(
        idempotency_key="reply-1",
        conversation_key=event.conversation_key,
        content=Content(text=text),
        author=Author.BOT,
        surface=event.surface,
        reply_context=event.reply_context,
    )
    return replace(reply, **more)  # type: ignore[arg-type]


MIMES = {"image": "image/png", "audio": "audio/mpeg", "video": "video/mp4", "file": "application/pdf"}


def make_file(kind: str, name: str, size: int = 7) -> OutboundFile:
    """Return a file that leaves; its content is its name."""

    async def read() -> bytes:
        return name.encode()

    url = f"https://us.example/{name}"
    return OutboundFile(kind=kind, mime=MIMES[kind], name=name, size=size, url=url, read=read)
