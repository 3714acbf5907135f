"""The way out to widgets: there is nothing to dispatch.

A reply is stored before `send` is called, and its live event wakes the sockets of its session, which
read it from the database.
"""

from __future__ import annotations

from bot.connector import OutboundReply, SendResult, SendState


def deliver(reply: OutboundReply) -> SendResult:
    """Return what is true once a reply is stored: the widget has it as soon as it is connected."""
    return SendResult(state=SendState.SENT, native_ids=(reply.idempotency_key,))
