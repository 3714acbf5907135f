"""Hear an echo: a person's word, typed in the platform's own app, silences the bot at once.

It may be told late, after what the contact said since: that it does not answer, and who waits for a person
because of it goes on waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.conversation import Status
from bot.domain.message import Kind, Settled
from bot.service.hold import both_of, take_handoff
from bot.storage import conversations, messages

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.storage.database import Connection


async def hear_echo(connection: Connection, conversation_id: int, event: InboundEvent) -> Status | None:
    """Let a person's word that was just stored have its effect; nothing for other events.

    Returns who holds its conversation then. A colleague at the desk who has it keeps it. The rows of its case
    must be locked.
    """
    if event.kind is not Kind.ECHO:
        return None
    await messages.settle_waiting(connection, conversation_id, Settled.STAFF, until=event.platform_at)
    is_late = await messages.get_last_waiting_seq(connection, conversation_id) is not None
    holders = {}
    for each in await both_of(connection, conversation_id):
        found = await conversations.get_conversation(connection, each)
        if is_late and found is not None and found.status is Status.QUEUED:
            holders[each] = Status.QUEUED
            continue
        await conversations.hold(connection, each, None)
        await take_handoff(connection, each, None)
        holders[each] = Status.HELD
    return holders[conversation_id]
