"""Watch held: a customer who waits for a person that is not there is shown to everybody else.

They were promised nobody else, so there is no handoff and no word to them: the conversation stands among
those that wait until whoever has it answers, or somebody takes it over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.service.sign_in import IDLE
from bot.storage.left_waiting import clear_left_waiting, mark_left_waiting

if TYPE_CHECKING:
    from bot.service.road import Road

log = structlog.get_logger(__name__)


async def watch_held(road: Road) -> int:
    """Show who was left waiting longer than the default queue promises; returns how many are new."""
    desk, now = road.desk, road.now()
    patience = desk.queues[desk.default_queue].first_answer
    async with road.database.begin() as connection:
        marked = await mark_left_waiting(connection, patience=patience, now=now, seen_since=now - IDLE)
        cleared = await clear_left_waiting(connection)
    for conversation_id in marked:
        log.warning("A customer was left waiting by who has them", conversation_id=conversation_id)
        await road.bus.live.publish("status", conversation_id, late=True)
    for conversation_id in cleared:
        await road.bus.live.publish("status", conversation_id, late=False)
    return len(marked)
