"""The handoff contract: no promise without an entry, no entry without telling the customer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.message import Content

if TYPE_CHECKING:
    from bot.domain.handoff import HandoffRequest
    from bot.domain.pipeline import DeskSpec

PROMISE = "I am handing this over to a person on our team. They will read all of it and answer you here."


def tell_customer(replies: tuple[Content, ...], handoff: HandoffRequest | None) -> tuple[Content, ...]:
    """Add the promise where a handoff would otherwise be silent."""
    if handoff is None or any(reply.text for reply in replies):
        return replies
    return (*replies, Content(text=PROMISE))


def route(handoff: HandoffRequest, desk: DeskSpec) -> HandoffRequest:
    """Send a handoff to a queue that exists."""
    return handoff if handoff.queue in desk.queues else replace(handoff, queue=desk.default_queue)
