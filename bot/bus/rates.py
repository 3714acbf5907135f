"""Rates: token buckets shared by all processes, and what one process can count while Redis is away."""

from __future__ import annotations

from collections import OrderedDict
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
# KEYS[1] bucket that is held; ARGV: ms. A shorter hold does not end a longer one.
_HOLD = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 0
"""


class Rates:
    """Takes tokens."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._script = redis.register_script(_TAKE)
        self._hold = redis.register_script(_HOLD)

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

    async def hold(self, name: str, *, wait: timedelta) -> None:
        """Let nobody send under a name until `wait` is over. Raises `BusUnavailable`."""
        milliseconds = max(int(wait / timedelta(milliseconds=1)), 1)
        try:
            await self._hold(keys=[rate_key(f"held:{name}")], args=[milliseconds])
        except (RedisError, OSError) as error:
            raise BusUnavailable("Redis does not answer: rates cannot be held") from error

    async def get_held(self, *names: str) -> timedelta:
        """Return how long the longest hold of these names lasts, zero without any.

        Raises `BusUnavailable`.
        """
        try:
            left = [int(await self._redis.pttl(rate_key(f"held:{name}"))) for name in names]
        except (RedisError, OSError) as error:
            raise BusUnavailable("Redis does not answer: rates cannot be counted") from error
        return timedelta(milliseconds=max([0, *left]))


class LocalRates:
    """Takes tokens of this process only. Who came longest ago is forgotten when there are too many."""

    def __init__(self, *, most: int = 20_000) -> None:
        self._most = most
        self._due: OrderedDict[str, float] = OrderedDict()

    def take(self, name: str, *, limit: int, period: timedelta, now: float) -> timedelta:
        """Take one of `limit` tokens per `period` at the moment `now` (seconds); as `Rates.take`."""
        seconds = period.total_seconds()
        step = seconds / limit
        due = max(self._due.get(name, now), now)
        wait = timedelta(seconds=due + step - seconds - now)
        if wait > timedelta():  # as it is told: a wait of less than a microsecond is none
            return wait
        self._due[name] = due + step
        self._due.move_to_end(name)
        self._forget()
        return timedelta()

    def hold(self, name: str, *, wait: timedelta, now: float) -> None:
        """Let nobody send under a name until `wait` is over; as `Rates.hold`."""
        key = f"held:{name}"
        self._due[key] = max(self._due.get(key, now), now + wait.total_seconds())
        self._forget()

    def get_held(self, *names: str, now: float) -> timedelta:
        """Return how long the longest hold of these names lasts; as `Rates.get_held`."""
        ends = [self._due.get(f"held:{name}", now) for name in names]
        return timedelta(seconds=max([0.0, *(end - now for end in ends)]))

    def _forget(self) -> None:
        while len(self._due) > self._most:
            self._due.popitem(last=False)
