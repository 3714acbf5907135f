"""How often files are given to whoever has their address: a link costs its holder nothing, us a whole file.

Platforms fetch one link several times, from many addresses, and many links from one. So nobody is held up for
how many links they open: counted is one link, from one address and from all of them, and who tries addresses
that are none.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.bus.rates import LocalRates
from bot.errors import BusUnavailable

if TYPE_CHECKING:
    from bot.service.road import Road

FROM_ONE = 30  # of one link, by one address; a player asks for a film several times
FROM_ALL = 240  # of one link: Meta's fetchers have many addresses
WRONG = 60  # links that are none, by one address
_PERIOD = timedelta(minutes=1)


class LinkLimits:
    """Counts over all processes, or in this one while Redis is away."""

    def __init__(self, road: Road) -> None:
        self._road, self._local = road, LocalRates()

    async def get_wait(self, client: str | None, file_id: int | None) -> timedelta:
        """Count one request; returns how long to wait before it may be answered, zero when it may.

        `client` is what an address is counted under (None: it cannot be told, and is not counted), `file_id`
        the file that the link opens, None where it is no link of ours.
        """
        if file_id is None:
            return await self._take(f"wrong:{client}", WRONG) if client else timedelta()
        one = await self._take(f"{file_id}:{client}", FROM_ONE) if client else timedelta()
        return one or await self._take(str(file_id), FROM_ALL)

    async def _take(self, name: str, limit: int) -> timedelta:
        name = f"link:{name}"
        try:
            return await self._road.bus.rates.take(name, limit=limit, period=_PERIOD)
        except BusUnavailable:
            return self._local.take(name, limit=limit, period=_PERIOD, now=time.monotonic())


LINK_LIMITS: web.AppKey[LinkLimits] = web.AppKey("link_limits", LinkLimits)
