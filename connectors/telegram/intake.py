"""How updates come to us: a registered webhook, or asking for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import structlog

from bot.connector import ErrorClass, SendError
from bot.domain.json import Json, JsonObject
from bot.errors import SettingsError
from connectors.telegram.api import TelegramApi
from connectors.telegram.payload import get_update_id

log = structlog.get_logger(__name__)

UPDATES = ("message", "edited_message", "callback_query")
POLL_WAIT = timedelta(seconds=25)  # how long Telegram holds an empty getUpdates
LONGEST_PAUSE = timedelta(minutes=1)


class Intake:
    """One bot's updates. `pause` is the first of the growing waits while Telegram is away."""

    def __init__(self, api: TelegramApi, *, account: str, pause: timedelta) -> None:
        self._api, self._account, self._pause = api, account, pause
        self._failures = 0

    async def register(self, hook_url: str, *, secret: str) -> None:
        """Set the webhook, however often it takes. Raises `SettingsError` for a refused token."""
        while not await self.try_register(hook_url, secret=secret):
            await self._rest()

    async def try_register(self, hook_url: str, *, secret: str) -> bool:
        """Set the webhook once; return False, with a log line, if it is worth another try."""
        fields = {"url": hook_url, "secret_token": secret, "allowed_updates": UPDATES}
        outcome = await self._api.call("setWebhook", fields)
        if outcome.error is None:
            return True
        if not outcome.error.error_class.retriable:
            raise SettingsError(f"telegram/{self._account}: no webhook: {outcome.error.detail}")
        self._note("telegram webhook not registered yet", outcome.error)
        return False

    async def ask(self, cursor: str | None) -> AsyncGenerator[tuple[tuple[JsonObject, ...], str], None]:
        """Yield updates and the cursor behind them (the number of the next update) for ever.

        Asking with a number tells Telegram to forget all before it, so a batch is only forgotten
        once the next one is asked for. Raises `SettingsError` for a refused token.
        """
        offset = int(cursor) if cursor else None
        while (outcome := await self._api.call("deleteWebhook", {})).error is not None:
            await self._recover(outcome.error)
        while True:
            outcome = await self._api.call("getUpdates", make_question(offset), wait=POLL_WAIT)
            if outcome.error is not None:
                await self._recover(outcome.error)
                continue
            self._failures = 0
            updates = number_updates(outcome.result)
            if updates:
                offset = max(updates) + 1
                yield tuple(updates[number] for number in sorted(updates)), str(offset)

    async def _recover(self, error: SendError) -> None:
        """Wait for better times. Raises `SettingsError` if there will be none."""
        if error.error_class is ErrorClass.AUTH:
            raise SettingsError(f"telegram/{self._account}: the token is refused: {error.detail}")
        # 409 says in Telegram's words whether another process polls or somebody set a webhook.
        # Whoever did that meant it: we wait until they stop, and do not take the bot from them.
        self._note("telegram does not give us updates", error)
        await self._rest(error.retry_after)

    def _note(self, event: str, error: SendError) -> None:
        log.warning(event, account=self._account, code=error.code, reason=error.detail)

    async def _rest(self, at_least: timedelta | None = None) -> None:
        grown = self._pause * 2 ** min(self._failures, 10)
        self._failures += 1
        await asyncio.sleep(max(min(grown, LONGEST_PAUSE), at_least or timedelta()).total_seconds())


def make_question(offset: int | None) -> JsonObject:
    """Return the fields of getUpdates."""
    start = {} if offset is None else {"offset": offset}
    return {"timeout": int(POLL_WAIT.total_seconds()), "allowed_updates": UPDATES, **start}


def number_updates(result: Json) -> dict[int, JsonObject]:
    """Return a batch by number. What has no number is no update, and is left behind."""
    batch = result if isinstance(result, list) else []
    return {number: raw for raw in batch if (number := get_update_id(raw)) is not None}
