"""A stream that is kept open, and what was heard on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import aiohttp
import structlog

from bot.connector.fields import parse_json
from bot.connector.waits import Waits
from bot.domain.json import Json, JsonObject
from bot.errors import BadPayload
from connectors.mastodon.api import MastodonApi
from connectors.mastodon.entities import is_me, is_mentioned, name_app
from connectors.mastodon.server import Account, ask_for_instance, read_streaming_url
from connectors.mastodon.stream import CONNECTED, PATH, StreamRefused, listen

log = structlog.get_logger(__name__)

LONGEST_PAUSE = timedelta(minutes=1)
MOST_AT_ONCE = 1_000
RINGING = frozenset({"mention", "update"})  # types of notifications
TAKEN = frozenset({"status.update", "delete"})  # what no list has

Heard = tuple[str, Json]


class Ear:
    """One account's stream. `pause` is the first of the growing waits while there is none."""

    def __init__(self, api: MastodonApi, me: Account, *, account: str, pause: timedelta) -> None:
        self.connected = False
        self._api, self._me, self._pause = api, me, pause
        self._log = log.bind(account=account)
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(maxsize=MOST_AT_ONCE)

    async def wait(self, at_most: timedelta) -> list[Heard]:
        """Return all that was heard as soon as there is anything; nothing once the time is over."""
        heard: list[Heard] = []
        with suppress(TimeoutError):
            # Not `wait_for`: on Python 3.11 it forgets that it was cancelled in the moment it has a result.
            async with asyncio.timeout(at_most.total_seconds()):
                heard.append(await self._heard.get())
        while not self._heard.empty():
            heard.append(self._heard.get_nowait())
        return heard

    async def keep_open(self) -> None:
        """Listen until cancelled. What goes wrong is said once, and tried again."""
        waits = Waits(self._pause, longest=LONGEST_PAUSE)
        while True:
            try:
                await self._listen()
                waits.end()  # it was open, and ended
            except (aiohttp.ClientError, StreamRefused, OSError, TimeoutError, ValueError) as error:
                if self.connected:
                    waits.end()
                elif not waits.failing:
                    reason = str(error) if isinstance(error, StreamRefused) else type(error).__name__
                    self._log.info("mastodon has no stream for us: we ask from time to time", reason=reason)
            self.connected = False
            await asyncio.sleep(waits.fail().total_seconds())

    async def _listen(self) -> None:
        instance = await ask_for_instance(self._api)
        url = read_streaming_url(instance.object, self._api.base_url) + PATH
        async for name, data in listen(self._api, url):
            self.connected = True
            payload = decode(name, data)
            if concerns_us(name, payload, {"me": self._me.id, "app": self._me.app}):
                with suppress(asyncio.QueueFull):  # the lists have the rest
                    self._heard.put_nowait((name, payload))


def decode(name: str, data: str) -> Json:
    """Return an event's payload: the id of what was deleted, else an object; None where it is none."""
    if name == "delete":
        return data
    try:
        return parse_json(data.encode(errors="replace"))
    except BadPayload:
        return None


def concerns_us(name: str, payload: Json, known: JsonObject) -> bool:
    """Tell what there is to do for us: a mention, an edited one, a deletion, a post of the brand's people."""
    if name in (CONNECTED, "delete", "notifications_merged"):
        return True
    if not isinstance(payload, Mapping):
        return False
    if name == "notification":
        return payload.get("type") in RINGING
    author = payload.get("account")
    own = isinstance(author, Mapping) and is_me(author.get("id"), known)
    try:
        if name == "update":
            return own and name_app(payload) != known.get("app")
        return name == "status.update" and not own and is_mentioned(payload, known)
    except TypeError:
        return False
