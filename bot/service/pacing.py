"""Pacing: no faster than a channel's rates, nor than what its platform says is left."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import BusUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.connector import Connector, RateLeft
    from bot.service.road import Road
    from bot.storage.deliveries import DeliveryClaim

_SCOPES = ("account", "conversation")


async def wait_for_rate(road: Road, connector: Connector, claim: DeliveryClaim) -> timedelta:
    """Take a token of each of the channel's rates; returns how long to wait when one is used up, or held.

    Replies do not wait for Redis: without it this courier counts and holds its own.
    """
    rates = connector.capabilities.on(claim.surface).rates
    wait = await _get_held(road, claim) if rates else timedelta()
    for rate in rates:
        wait = wait or await _take(road, name_rate(claim, rate.scope), rate.limit, rate.period)
    return wait


async def keep_to(road: Road, claim: DeliveryClaim, rates_left: Iterable[RateLeft]) -> None:
    """Hold what a platform says is used up, for all processes."""
    for rate in rates_left:
        if rate.left > 0:
            continue
        name = name_rate(claim, rate.scope)
        road.own_rates.hold(name, wait=rate.again, now=time.monotonic())
        try:
            await road.bus.rates.hold(name, wait=rate.again)
        except BusUnavailable:
            continue


def name_rate(claim: DeliveryClaim, scope: str) -> str:
    """Return what sends are counted under."""
    counted = claim.lease.conversation_id if scope == "conversation" else claim.account
    return f"{claim.channel}:{scope}:{counted}"


async def _get_held(road: Road, claim: DeliveryClaim) -> timedelta:
    names = [name_rate(claim, scope) for scope in _SCOPES]
    try:
        return await road.bus.rates.get_held(*names)
    except BusUnavailable:
        return road.own_rates.get_held(*names, now=time.monotonic())


async def _take(road: Road, name: str, limit: int, period: timedelta) -> timedelta:
    try:
        return await road.bus.rates.take(name, limit=limit, period=period)
    except BusUnavailable:
        return road.own_rates.take(name, limit=limit, period=period, now=time.monotonic())
