"""Bases of connectors whose other side comes to us: what the rest must do on their own, these need not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NoReturn

from bot.connector.events import InboundEvent, InboundRequest, Polled
from bot.connector.replies import OutboundReply, SendResult, SendState
from bot.errors import BadSignature


class Quiet:
    """The part of a `Connector` in which a channel that is only called does nothing."""

    async def acknowledge(self, event: InboundEvent) -> None:
        """Do nothing: the answer to the request, or the stored message, says it."""

    async def typing(self, conversation_key: str) -> None:
        """Do nothing: nobody is told, or the live event of typing reaches them by itself."""

    async def poll(self, cursor: str | None) -> AsyncIterator[Polled]:  # noqa: ARG002 - the interface's
        """Yield nothing: this channel is called, it does not ask."""
        never: tuple[Polled, ...] = ()
        for polled in never:
            yield polled

    async def start(self, hook_url: str | None) -> None:
        """Open nothing."""

    async def close(self) -> None:
        """Close nothing."""


class Shown(Quiet):
    """The same for a channel of sockets, whose endpoint is one of our pages: it lets clients in itself."""

    def verify(self, request: InboundRequest) -> NoReturn:  # noqa: ARG002 - the same
        """Refuse: the endpoint only asks for `parse`, and there is no webhook."""
        raise BadSignature("this channel takes no webhooks: its messages come through the widget's socket")

    async def send(self, reply: OutboundReply) -> SendResult:
        """Report what holds as soon as a reply is stored.

        Its live event wakes the sockets of its conversation, which read it from the database; who is away
        reads it on coming back.
        """
        return SendResult(state=SendState.SENT, native_ids=(reply.idempotency_key,))
