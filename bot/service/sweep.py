"""Sweep: whatever is committed but not answered or not delivered is put on the bus again.

This alone makes Redis expendable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.service.link_threads import put_together
from bot.service.watch_held import watch_held
from bot.storage import outbox, turns

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.service.road import Road

log = structlog.get_logger(__name__)


async def sweep(road: Road, *, grace: timedelta) -> int:
    """Put overdue work on the bus; returns how much. Work overdue for less than `grace` is on its way."""
    async with road.database.read() as connection:
        unanswered = await turns.list_unanswered(connection, grace=grace)
        undelivered = await outbox.list_undelivered(connection, grace=grace)
    await road.bus.work.put(Stream.ANSWER, *unanswered)
    await road.bus.work.put(Stream.DELIVER, *undelivered)
    await put_together(road)
    await watch_held(road)
    if unanswered or undelivered:
        log.info("Swept", unanswered=len(unanswered), undelivered=len(undelivered))
    return len(unanswered) + len(undelivered)
