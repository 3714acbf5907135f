"""Signs of life of accounts, for who asks why nothing arrives: counted here, written down now and then."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.errors import StorageUnavailable
from bot.storage.signs import Heard, note_heard

if TYPE_CHECKING:
    from datetime import datetime

    from bot.service.road import Road

log = structlog.get_logger(__name__)

EVERY = 10.0  # seconds: who sets an account up looks soon after they wrote to it
_AT_THE_END = 1.0  # seconds for what was not written down yet


@dataclass(frozen=True, slots=True)
class _Refused:
    at: datetime
    why: str
    times: int


class Listening:
    """When each account was last heard of, by this process, since that was last taken from here.

    A message costs it one entry in a dictionary.
    """

    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], datetime] = {}
        self._refused: dict[tuple[str, str], _Refused] = {}

    def hear(self, channel: str, account: str, at: datetime) -> None:
        """Note that something came in that the platform did send."""
        self._heard[channel, account] = at

    def refuse(self, channel: str, account: str, at: datetime, why: str) -> None:
        """Note that something came in whose signature is wrong; `why` is ours, without a word of theirs."""
        known = self._refused.get((channel, account))
        self._refused[channel, account] = _Refused(at, why, known.times + 1 if known else 1)

    def take(self) -> list[Heard]:
        """Return what was heard, and forget it."""
        heard, self._heard = self._heard, {}
        refused, self._refused = self._refused, {}
        return [_join(key, heard.get(key), refused.get(key)) for key in sorted({*heard, *refused})]

    def put_back(self, each: Heard) -> None:
        """Remember again what could not be written down."""
        key = each.channel, each.account
        if each.heard_at is not None:
            self._heard.setdefault(key, each.heard_at)
        if each.refused_at is not None and each.refused_why is not None:
            known = self._refused.get(key, _Refused(each.refused_at, each.refused_why, 0))
            self._refused[key] = _Refused(known.at, known.why, known.times + each.refusals)


def _join(key: tuple[str, str], heard_at: datetime | None, refused: _Refused | None) -> Heard:
    channel, account = key
    return Heard(
        channel=channel,
        account=account,
        heard_at=heard_at,
        refused_at=refused.at if refused else None,
        refused_why=refused.why if refused else None,
        refusals=refused.times if refused else 0,
    )


async def write_down(road: Road) -> None:
    """Write down what was heard. Raises `StorageUnavailable`: then it is remembered, and written later."""
    for each in (waiting := road.listening.take()):
        try:
            async with road.database.begin() as connection:
                await note_heard(connection, each)
        except BaseException:
            for left in waiting[waiting.index(each) :]:
                road.listening.put_back(left)
            raise


async def run_signs(road: Road) -> None:
    """Write down what is heard until cancelled, and once more then."""
    try:
        while True:
            await asyncio.sleep(EVERY)
            with suppress(StorageUnavailable):  # others say so
                await write_down(road)
    finally:
        with suppress(StorageUnavailable, TimeoutError):
            async with asyncio.timeout(_AT_THE_END):
                await write_down(road)
