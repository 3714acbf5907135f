"""Asking for updates, where Telegram has no address to call us at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import structlog

from bot.connector import AccountConfig, ErrorClass, SendError
from bot.connector.waits import Waits
from bot.domain.json import Json, JsonObject
from bot.errors import SettingsError
from connectors.telegram.api import TelegramApi
from connectors.telegram.payload import get_update_id
from connectors.telegram.webhook import LONGEST_PAUSE, LOOKED_AT_EVERY, UPDATES, get_url, show

log = structlog.get_logger(__name__)

POLL_WAIT = timedelta(seconds=25)  # how long Telegram holds an empty getUpdates
TAKE_OVER = "take_over_webhook"
WAY_OUT = f"use another bot's token, or say `{TAKE_OVER}: true` in the account to take the webhook away"


class Intake:
    """One bot's updates. `pause` is the first of the growing waits while Telegram is away."""

    def __init__(self, api: TelegramApi, account: AccountConfig, *, pause: timedelta) -> None:
        self._api, self._pause = api, pause
        self._take_over = account.flag(TAKE_OVER)
        self._log = log.bind(account=account.name)
        self._waits = Waits(pause, longest=LONGEST_PAUSE)

    async def ask(self, cursor: str | None) -> AsyncGenerator[tuple[tuple[JsonObject, ...], str], None]:
        """Yield updates and the cursor behind them (the number of the next update) for ever.

        Asking with a number tells Telegram to forget all before it, so a batch is only forgotten
        once the next one is asked for. Raises `SettingsError` for a refused token.
        """
        offset = int(cursor) if cursor else None
        while (outcome := await self._api.learn_username()).error is not None:
            await self._recover(outcome.error)
        await self._clear_the_way()
        while True:
            outcome = await self._api.call("getUpdates", make_question(offset), wait=POLL_WAIT)
            if outcome.error is not None:
                await self._recover(outcome.error)
                continue
            self._waits.end()
            updates = number_updates(outcome.result)
            if updates:
                offset = max(updates) + 1
                yield tuple(updates[number] for number in sorted(updates)), str(offset)

    async def _clear_the_way(self) -> None:
        """Return once no webhook is set. One that is there brings somebody their messages.

        Taking it would make a service deaf that nobody told, so only the account's own word does.
        """
        said = ""
        while True:
            outcome = await self._api.call("getWebhookInfo", {})
            url = get_url(outcome.result)
            if outcome.error is None and not url:
                return
            if outcome.error is None and self._take_over:
                self._log.warning("telegram webhook is taken away, as the account says", found=show(url))
                outcome = await self._api.call("deleteWebhook", {})
            if outcome.error is not None:
                await self._recover(outcome.error)
                continue
            if self._take_over:
                return
            if url != said:
                said = url
                self._log.error(
                    "telegram gives this bot's messages to a webhook: we take none",
                    found=show(url),
                    way_out=WAY_OUT,
                )
            await asyncio.sleep((self._pause * LOOKED_AT_EVERY).total_seconds())

    async def _recover(self, error: SendError) -> None:
        """Wait for better times. Raises `SettingsError` if there will be none."""
        if error.error_class is ErrorClass.AUTH:
            raise SettingsError(f"the token is refused: {error.detail}")
        # 409 says in Telegram's words whether another process polls or somebody set a webhook.
        # Whoever did that meant it: we wait until they stop, and do not take the bot from them.
        self._log.warning("telegram does not give us updates", code=error.code, reason=error.detail)
        await asyncio.sleep(self._waits.fail(error.retry_after).total_seconds())


def make_question(offset: int | None) -> JsonObject:
    """Return the fields of getUpdates."""
    start = {} if offset is None else {"offset": offset}
    return {"timeout": int(POLL_WAIT.total_seconds()), "allowed_updates": UPDATES, **start}


def number_updates(result: Json) -> dict[int, JsonObject]:
    """Return a batch by number. What has no number is no update, and is left behind."""
    batch = result if isinstance(result, list) else []
    return {number: raw for raw in batch if (number := get_update_id(raw)) is not None}
