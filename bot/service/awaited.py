"""Awaited: whether an account waits for anybody in private, so that it costs other messages nothing.

Asked once a second at most. Who comes sooner than that after another process moved their thread is found with
their next message, or by the sweep; who comes by a link, always.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from bot.storage import awaited_cases

if TYPE_CHECKING:
    from bot.storage.database import Database

FRESH = 1.0  # seconds


class Awaited:
    """What this process was told last, by account."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[float, bool]] = {}

    async def ask(self, database: Database, account_id: int) -> bool:
        """Tell whether somebody may be awaited."""
        told = self._told
        asked_at, anybody = told.get(account_id, (-FRESH, True))
        if monotonic() - asked_at < FRESH:
            return anybody
        began = monotonic()
        async with database.direct() as connection:
            anybody = await awaited_cases.is_anybody_awaited(connection, account_id)
        told[account_id] = (began, anybody)  # lost, where it was forgotten meanwhile
        return anybody

    def forget(self) -> None:
        """Ask anew: this process has just moved a thread."""
        self._told = {}
