"""The brand's accounts, each with its connector."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from bot.errors import SettingsError
from bot.plugins import load_connector
from bot.settings import ServiceRole

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.rasa_format.project import Project
    from bot.settings import Settings

log = structlog.get_logger(__name__)

Connectors = Mapping[tuple[str, str], "Connector"]


def make_connectors(project: Project) -> dict[tuple[str, str], Connector]:
    """Return the connectors of all accounts that are on. Opens nothing.

    Raises `SettingsError` for an unknown channel. Options are checked with the project's files.
    """
    for sentence in project.accounts_off:
        log.info("account is off", reason=sentence)
    for account in project.accounts:
        if account.only_here:
            log.info(
                "config.yml has no `channels:`: this account answers programs on this machine alone",
                channel=account.channel,
            )
    return {
        (account.channel, account.name): load_connector(account.channel)(account)
        for account in project.accounts
    }


@asynccontextmanager
async def started_connectors(
    connectors: dict[tuple[str, str], Connector], settings: Settings, role: ServiceRole
) -> AsyncIterator[Connectors]:
    """Start connectors and yield those that their platforms accept; the others are off, and said to be.

    Only a process that takes hooks tells platforms where to call, and looks after that.
    """
    hooks_at = settings.public_url if role.includes(ServiceRole.WEB) else None
    try:
        accepted = await asyncio.gather(*(_start(each, hooks_at) for each in connectors.values()))
        yield {key: each for (key, each), on in zip(connectors.items(), accepted, strict=True) if on}
    finally:
        await asyncio.gather(*(connector.close() for connector in connectors.values()))


def make_hook_url(hooks_at: str | None, connector: Connector | type[Connector], account: str) -> str | None:
    """Return the address that a platform calls for an account; None without a public one."""
    if hooks_at is None or not connector.capabilities.webhook:
        return None
    return f"{hooks_at.rstrip('/')}/webhooks/{connector.channel}/{account}"


async def _start(connector: Connector, hooks_at: str | None) -> bool:
    channel, account = connector.channel, connector.account.name
    try:
        await connector.start(make_hook_url(hooks_at, connector, account))
    except SettingsError as error:
        log.warning(
            "account is off: its platform refuses it", channel=channel, account=account, reason=str(error)
        )
        return False
    return True
