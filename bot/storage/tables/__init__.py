"""Every table. A change here needs a migration beside it (`tests/integration/storage` compares both)."""

from __future__ import annotations

from bot.storage.tables.columns import metadata
from bot.storage.tables.conversations import (
    conversation,
    handoff,
    message,
    outbox,
    stray_event,
    timer,
    tracker,
    turn,
)
from bot.storage.tables.learning import model, proposal, release, training, triage_correction
from bot.storage.tables.media import media
from bot.storage.tables.people import account, contact, handle, known_id, staff, staff_session

__all__ = [
    "account",
    "contact",
    "conversation",
    "handle",
    "handoff",
    "known_id",
    "media",
    "message",
    "metadata",
    "model",
    "outbox",
    "proposal",
    "release",
    "staff",
    "staff_session",
    "stray_event",
    "timer",
    "tracker",
    "training",
    "triage_correction",
    "turn",
]
