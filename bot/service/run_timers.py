"""Run timers: what became due happens once, whichever machine's clock sees it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.desk.deadlines import DEADLINE_TIMER
from bot.service.answer_by_mail import answer_by_mail
from bot.service.remind import remind
from bot.storage import handoffs, timers

if TYPE_CHECKING:
    from bot.service.road import Road

log = structlog.get_logger(__name__)


async def run_timers(road: Road) -> int:
    """Run what is due; returns how many timers fired."""
    now = road.now()
    async with road.database.begin() as connection:
        due = await timers.take_due_timers(connection, now, kinds=[DEADLINE_TIMER])
        late = [
            timer.conversation_id
            for timer in due
            if await handoffs.raise_priority(connection, timer.conversation_id, now)
        ]
    for conversation_id in late:
        log.warning("Nobody answered by the deadline", conversation_id=conversation_id)
        await road.bus.live.publish("status", conversation_id, late=True)
    return len(due) + await remind(road) + await answer_by_mail(road)
