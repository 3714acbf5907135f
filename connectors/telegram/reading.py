"""Single values as Telegram gives them. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.connector.fields import MAX_ID
from bot.connector.text import clean_text

INTEGERS_BELOW = 2**63  # Telegram's ids fit 52 bits, PostgreSQL's 64


def take_text(value: object, *, limit: int = MAX_ID) -> str:
    """Return a string we can keep, empty for None. Raises TypeError for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("not a string")
    return clean_text(value[:limit])


def whole(value: object) -> int:
    """Return an integer of Telegram's size. Raises TypeError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < INTEGERS_BELOW:
        return value
    raise TypeError("not an integer")


def whole_seconds(at: datetime | None) -> int:
    """Return seconds since 1970, 0 where there is no time."""
    return int(at.timestamp()) if at else 0
