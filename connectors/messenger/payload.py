"""Webhooks of a page in. Pure; replies out are in `render`.

Native ids are Meta's own: `mid` of a message, the id of a comment. A conversation's key is a person's
id with the page, or `post:<post>:<author>` in public.
"""

from __future__ import annotations

from bot.connector import InboundEvent
from bot.connector.meta.envelope import list_public_changes, parse_threads, read_entries
from bot.connector.meta.events import Us
from connectors.messenger.feed import parse_change

CHANNEL = "messenger"


def parse_body(body: bytes, us: Us) -> list[InboundEvent]:
    """Say a webhook in our words. Raises `BadPayload` unless it is about pages."""
    found: list[InboundEvent] = []
    for entry in read_entries(body, "page"):
        found += parse_threads(entry, us)
        found += [parse_change(change) for change in list_public_changes(entry, us)]
    return found
