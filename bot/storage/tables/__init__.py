"""Every table. A change here needs a migration beside it (`tests/integration/storage` compares both)."""

from __future__ import annotations

from bot.storage.tables.cases import left_address, thread_link
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
from bot.storage.tables.left_alone import left_alone
from bot.storage.tables.media import media, outgoing_file
from bot.storage.tables.people import (
    account,
    contact,
    contact_fact,
    erased_file,
    erasure,
    fact_cursor,
    handle,
    known_id,
    same_person,
    staff,
    staff_session,
)

__all__ = [
    "account",
    "contact",
    "contact_fact",
    "conversation",
    "erased_file",
    "erasure",
    "fact_cursor",
    "handle",
    "handoff",
    "known_id",
    "left_address",
    "left_alone",
    "media",
    "message",
    "metadata",
    "model",
    "outbox",
    "outgoing_file",
    "proposal",
    "release",
    "same_person",
    "staff",
    "staff_session",
    "stray_event",
    "thread_link",
    "timer",
    "tracker",
    "training",
    "triage_correction",
    "turn",
]
