"""How much waits where, for metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from bot.storage.connection import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Depths:
    """Counts of conversations, but for `undelivered`, which counts messages.

    `unanswered` waits for the bot, `queued` for a person, `held` is with one.
    `longest_wait` is how many seconds the oldest open handoff has waited to be taken,
    `longest_held_wait` those of the oldest message that a person has and did not answer.
    """

    unanswered: int
    undelivered: int
    queued: int
    held: int
    longest_wait: float
    longest_held_wait: float


_DEPTHS = text(
    """
    SELECT
        (SELECT count(*) FROM conversation WHERE answer_due_at IS NOT NULL) AS unanswered,
        (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending') AND NOT pull) AS undelivered,
        (SELECT count(*) FROM conversation WHERE status = 'queued') AS queued,
        (SELECT count(*) FROM conversation WHERE status = 'held') AS held,
        (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
            FROM handoff WHERE closed_at IS NULL AND taken_at IS NULL)::float AS longest_wait,
        (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(m.created_at)), 0)
            FROM conversation c JOIN message m ON m.conversation_id = c.id AND m.settled = 'waiting'
            WHERE c.status = 'held')::float AS longest_held_wait
    """,
)


async def get_depths(connection: AsyncConnection) -> Depths:
    """Count what waits now. Every part is served by a partial index."""
    row = (await connection.execute(_DEPTHS)).one()
    return Depths(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public spelling
