"""The way out to the widget: there is nothing to dispatch.

A reply is stored before `send` is called, and its live event wakes the visitor's sockets, which
read it from the database. A visitor who is away reads it on coming back.
"""

from __future__ import annotations

from bot.connector import OutboundReply, SendResult, SendState


def deliver(reply: OutboundReply) -> SendResult:
    """Return what is true once a reply is stored: the widget has it whenever it looks."""
    return SendResult(state=SendState.SENT, native_ids=(reply.idempotency_key,))
