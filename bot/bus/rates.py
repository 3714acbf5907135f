"""Rates: token buckets shared by all processes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from bot.bus.keys import RATE_GRACE, rate_key
from bot.errors import BusUnavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

# KEYS[1] bucket; ARGV: limit, period in ms, time to live in ms. Returns ms to wait, 0 when taken.
# The generic cell rate algorithm: one number per bucket, the theoretical arrival time.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local step = tonumber(ARGV[2]) / tonumber(ARGV[1])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = due + step - tonumber(ARGV[2]) - now
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.3f', due + step), 'PX', ARGV[3])
return 0
"""


class Rates:
    """Takes tokens."""

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(_TAKE)

    async def take(self, name: str, *, limit: int, period: timedelta) -> timedelta:
        """Take one of `limit` tokens per `period`; returns how long to wait, zero when taken.

        Raises `BusUnavailable`: the caller decides what is safe without a count.
        """
        milliseconds = int(period / timedelta(milliseconds=1))
        keep = milliseconds + int(RATE_GRACE / timedelta(milliseconds=1))
        try:
            wait: Any = await self._script(keys=[rate_key(name)], args=[limit, milliseconds, keep])
        except (RedisError, OSError) as error:
            raise BusUnavailable("Redis does not answer: rates cannot be counted") from error
        return timedelta(milliseconds=int(wait))
