"""Inbound events for tests of the road."""

from __future__ import annotations

import itertools

from bot.connector import InboundEvent
from bot.domain.contact import Handle
from bot.domain.json import JsonObject
from bot.domain.message import Content, Kind

_ids = itertools.count(1)


def says(
    text: str,
    *,
    sender: str = "ann",
    event_id: str | None = None,
    kind: Kind = Kind.TEXT,
    channel: str = "webchat",
    target_id: str | None = None,
    reply_context: JsonObject | None = None,
) -> InboundEvent:
    """Somebody says something."""
    return InboundEvent(
        channel=channel,
        account="lyra",
        event_id=event_id or f"event-{next(_ids)}",
        kind=kind,
        conversation_key=sender,
        sender=Handle(native_id=sender, name=sender.title()),
        content=Content(text=text),
        target_id=target_id,
        reply_context=reply_context or {},
    )
