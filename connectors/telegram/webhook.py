"""Our address at Telegram: registered at start, and looked after for as long as we run.

A bot has one address. Whoever holds its token can take it away without our hearing of it, and a
bot nobody calls looks just like one nobody writes to: so we ask, every minute.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from bot.domain.json import Json
from bot.errors import SettingsError
from connectors.telegram.api import TelegramApi
from connectors.telegram.payload import READERS

log = structlog.get_logger(__name__)

UPDATES = tuple(READERS)  # what is not named there does not come
LOOKED_AT_EVERY = 60  # first pauses: a minute
LONGEST_PAUSE = timedelta(minutes=1)
RECENT = timedelta(minutes=5)  # how long ago a failed delivery still says something about now


class Webhook:
    """One bot's webhook. `pause` is the first of the growing waits while Telegram is away."""

    def __init__(self, api: TelegramApi, *, account: str, url: str, secret: str, pause: timedelta) -> None:
        self._api, self._url, self._secret, self._pause = api, url, secret, pause
        self._log = log.bind(account=account)
        self._failures = 0
        self._registered = False
        self._said: str | None = None

    async def register(self) -> None:
        """Tell Telegram our address once; without an answer, `watch` tries again.

        Raises `SettingsError` for what Telegram refuses: the token, or the address.
        """
        fields = {"url": self._url, "secret_token": self._secret, "allowed_updates": UPDATES}
        outcome = await self._api.learn_username()
        if outcome.error is None:
            outcome = await self._api.call("setWebhook", fields)
        self._registered = outcome.error is None
        if outcome.error is None:
            self._failures = 0
            return
        self._failures += 1
        if not outcome.error.error_class.retriable:
            raise SettingsError(f"no webhook: {outcome.error.detail}")
        self._warn("telegram webhook not registered yet", outcome.error.detail)

    async def watch(self) -> None:
        """Keep the webhook ours until cancelled. Nothing that goes wrong ends this, or goes unsaid."""
        while True:
            await asyncio.sleep(self._wait().total_seconds())
            try:
                await (self._look() if self._registered else self.register())
            except SettingsError as error:
                self._warn("telegram refuses the webhook: no messages come in", str(error))
            except Exception:  # noqa: BLE001 - a watch that ended would be missed by nobody
                self._log.exception("telegram webhook could not be looked at")

    async def _look(self) -> None:
        outcome = await self._api.call("getWebhookInfo", {})
        if outcome.error is not None:
            self._warn("telegram does not say where the webhook is", outcome.error.detail)
            return
        found = get_url(outcome.result)
        if found != self._url:
            self._log.error("telegram webhook is not ours any more: registering it again", found=show(found))
            await self.register()
            return
        problem = find_recent_error(outcome.result, now=time.time())
        if problem is not None:
            self._warn("telegram cannot deliver to the webhook", problem)
        elif self._said is not None:
            self._log.info("telegram webhook works again")
            self._said = None

    def _wait(self) -> timedelta:
        if self._registered:
            return self._pause * LOOKED_AT_EVERY
        grown: timedelta = self._pause * 2 ** min(self._failures - 1, 10)
        return min(grown, LONGEST_PAUSE)

    def _warn(self, event: str, reason: str) -> None:
        """Say what is wrong, and nothing more until it changes."""
        if self._said != event + reason:
            self._said = event + reason
            self._log.warning(event, reason=reason)


def get_url(info: Json) -> str:
    """Return the address in an answer to getWebhookInfo, empty where there is none."""
    url = info.get("url") if isinstance(info, Mapping) else None
    return url if isinstance(url, str) else ""


def find_recent_error(info: Json, *, now: float) -> str | None:
    """Return why Telegram's last delivery failed, None where that was long ago or never."""
    match info:
        case {"last_error_date": int(at), "last_error_message": str(words)} if (
            now - at < RECENT.total_seconds()
        ):
            return words[:200]
        case _:
            return None


def show(url: str) -> str:
    """Return what may be logged of somebody's address: paths may hold secrets."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "none"
    except ValueError:
        return "no address"
