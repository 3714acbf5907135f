"""The way out of the REST channel: signed call-backs."""

from __future__ import annotations

from datetime import timedelta

from bot.connector import AccountConfig
from bot.connector.callbacks import CallbackApi


def open_api(account: AccountConfig, keys: tuple[bytes, ...], timeout: timedelta) -> CallbackApi | None:
    """Return the way to the account's callback endpoint, None where it has none it can sign for."""
    url = account.options.get("callback_url")
    if not url or not keys:
        return None
    return CallbackApi(url, key=keys[0], timeout=timeout, allow_internal=account.flag("allow_internal"))
