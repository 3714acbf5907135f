"""Strangers: how many may come from one address, to the web chat or to what lets everybody in.

A visitor costs nothing to make, and whoever asks for a person takes a place in a queue that people
work off. So what is new is counted by where it comes from; who talks already is not held up.
"""

from __future__ import annotations

import time
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot.bus.rates import LocalRates
from bot.errors import BusUnavailable, TooManyAttempts
from bot.service.receive import get_account_id
from bot.storage.conversations import find_conversation_id
from bot.web.clients import find_client, get_client, is_this_machine

if TYPE_CHECKING:
    from bot.connector import Connector, InboundEvent
    from bot.service.road import Road

PER_HOUR = 300  # a whole office, or a street on one mobile network, may be behind an address
_HOUR = timedelta(hours=1)
_LOOKING = 5  # who opens the chat often leaves without a word

log = structlog.get_logger(__name__)


class Arrival(StrEnum):
    """What a newcomer does."""

    SESSION = "session"
    FIRST_MESSAGE = "first_message"
    FILE = "file"


class Newcomers:
    """Counts arrivals over all processes, or in this one while Redis is away. `per_hour` 0: no limit.

    Programs on this machine (a load test, say) are no strangers, unless `home_too`.
    """

    def __init__(self, road: Road, *, per_hour: int = PER_HOUR, home_too: bool = False) -> None:
        self._road, self._local, self._home_too = road, LocalRates(), home_too
        self._limits = {
            Arrival.FIRST_MESSAGE: per_hour,
            Arrival.SESSION: per_hour * _LOOKING,
            Arrival.FILE: per_hour,
        }

    def find_stranger(self, request: web.Request) -> str | None:
        """Return what a client is counted under; None for whom nothing is counted."""
        if is_this_machine(request) and not self._home_too:
            return None
        return get_client(request)

    async def get_wait(self, client: str | None, arrival: Arrival) -> timedelta:
        """Count an arrival; returns how long to wait before it may happen, zero when it may.

        A client that cannot be told apart from others (None) is not held up for what they do.
        """
        limit = self._limits[arrival]
        if client is None or not limit:
            return timedelta()
        name = f"webchat:{arrival.value}:{client}"
        try:
            wait = await self._road.bus.rates.take(name, limit=limit, period=_HOUR)
        except BusUnavailable:
            wait = self._local.take(name, limit=limit, period=_HOUR, now=time.monotonic())
        if wait:
            log.warning("Newcomer asked to wait", client=client, arrival=arrival.value)
        return wait

    async def let_in(self, request: web.Request, connector: Connector, event: InboundEvent) -> None:
        """Count who writes for the first time to an account that lets everybody in (`open: true`).

        Only who comes from the internet: on the brand's own network one program speaks for all its users.
        Raises `TooManyAttempts`.
        """
        if not connector.account.flag("open"):
            return
        client = find_client(request)
        if client is None or not client.is_global:
            return
        account_id = await get_account_id(self._road, event.channel, event.account)
        async with self._road.database.read() as connection:
            known = await find_conversation_id(connection, account_id, event.conversation_key)
        if known is None and await self.get_wait(get_client(request), Arrival.FIRST_MESSAGE):
            raise TooManyAttempts("too many new senders came from this address within an hour")


NEWCOMERS: web.AppKey[Newcomers] = web.AppKey("newcomers")
