"""How often the bot answers one address: two machines that answer each other must end."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from bot.connector.recent import Recent

ANSWERS_MAX = 12  # to one address
PERIOD = timedelta(hours=1)
ADDRESSES_MAX = 10_000  # kept in mind


class Guard:
    """Counts the bot's mails by address, in this process."""

    def __init__(self) -> None:
        self._sent: Recent[str, deque[datetime]] = Recent(ADDRESSES_MAX)

    def is_spent(self, address: str, now: datetime) -> bool:
        """Tell whether an address had as many answers as it may have for now."""
        times = self._sent.get(address)
        while times and now - times[0] > PERIOD:
            times.popleft()
        return times is not None and len(times) >= ANSWERS_MAX

    def note(self, address: str, now: datetime) -> None:
        """Count an answer."""
        times = self._sent.get(address, deque[datetime](maxlen=ANSWERS_MAX))
        times.append(now)
        self._sent.keep(address, times)
