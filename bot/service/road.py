"""What every use case stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.bus.bus import Bus
from bot.domain.pipeline import DeskSpec
from bot.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """Storage, bus and the clock, with what the brand decided.

    `lease` is how long a worker may be silent before another takes its conversation over.
    `turn_limit` bounds one answer; it is shorter than the lease. `bursts` says per channel how long
    to wait for more words of the same person. `account_ids` caches the rows of accounts.
    """

    database: Database
    bus: Bus
    now: Callable[[], datetime]
    desk: DeskSpec
    lease: timedelta = timedelta(seconds=30)
    turn_limit: timedelta = timedelta(seconds=20)
    bursts: dict[str, timedelta] = field(default_factory=dict)
    account_ids: dict[tuple[str, str], int] = field(default_factory=dict)
