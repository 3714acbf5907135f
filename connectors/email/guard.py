"""How often the bot answers one address: two machines that answer each other must end."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

ANSWERS_MAX = 12  # to one address
PERIOD = timedelta(hours=1)
ADDRESSES_MAX = 10_000  # kept in mind


class Guard:
    """Counts the bot's mails by address, in this process."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()

    def is_spent(self, address: str, now: datetime) -> bool:
        """Tell whether an address had as many answers as it may have for now."""
        times = self._sent.get(address)
        while times and now - times[0] > PERIOD:
            times.popleft()
        return times is not None and len(times) >= ANSWERS_MAX

    def note(self, address: str, now: datetime) -> None:
        """Count an answer."""
        self._sent.setdefault(address, deque(maxlen=ANSWERS_MAX)).append(now)
        self._sent.move_to_end(address)
        if len(self._sent) > ADDRESSES_MAX:
            self._sent.popitem(last=False)
