"""The ledger: for each account and day, what became of every message of a contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, bindparam, text

if TYPE_CHECKING:
    from datetime import date

    from bot.storage.connection import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDay:
    """One account's day (UTC). `received` is counted on its own, so that adding up proves something."""

    channel: str
    account: str
    day: date
    received: int
    bot: int
    staff: int
    waiting: int
    not_needed: int

    @property
    def adds_up(self) -> bool:
        """Tell whether every message received is accounted for."""
        return self.received == self.bot + self.staff + self.waiting + self.not_needed


# Both ends of the time are bounded: by one alone the planner, which does not see the values, expects a
# third of all messages and reads the table. Nothing is lost by it: a message is of the moment of its insert.
_LEDGER = text(
    """
    SELECT a.channel, a.name AS account, (m.created_at AT TIME ZONE 'UTC')::date AS day,
        count(*) FILTER (WHERE m.kind IN ('text', 'postback', 'media')
            OR m.kind = 'unsupported' AND m.settled IS NOT NULL) AS received,
        count(*) FILTER (WHERE m.settled = 'bot') AS bot,
        count(*) FILTER (WHERE m.settled = 'staff') AS staff,
        count(*) FILTER (WHERE m.settled = 'waiting') AS waiting,
        count(*) FILTER (WHERE m.settled = 'not_needed') AS not_needed
    FROM message m JOIN account a ON a.id = m.account_id
    WHERE m.author = 'contact' AND m.created_at >= :since AND m.created_at <= now()
    GROUP BY 1, 2, 3 ORDER BY 3 DESC, 1, 2
    """,
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def list_ledger(connection: AsyncConnection, *, since: date) -> list[LedgerDay]:
    """Return the ledger from `since` (UTC) on, newest day first."""
    # A date alone would begin at the midnight of this process, or of the server.
    rows = await connection.execute(_LEDGER, {"since": datetime.combine(since, time.min, UTC)})
    return [LedgerDay(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public spelling
