"""The brand's accounts, each with its connector."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from bot.errors import SettingsError
from bot.plugins import load_connector

if TYPE_CHECKING:
    from bot.connector import AccountConfig, Connector
    from bot.rasa_format.project import Project

log = structlog.get_logger(__name__)

Connectors = Mapping[tuple[str, str], "Connector"]


def make_connectors(project: Project) -> dict[tuple[str, str], Connector]:
    """Return the connectors of all accounts that are on. Opens nothing.

    Raises `SettingsError` for an unknown channel or options that make no sense.
    """
    for sentence in project.accounts_off:
        log.info("account is off", reason=sentence)
    return {(account.channel, account.name): _make(account) for account in project.accounts}


def _make(account: AccountConfig) -> Connector:
    kind = load_connector(account.channel)
    problems = kind.check_options(account.options)
    if problems:
        where = f"config.yml: channels: {account.channel}: {account.name}"
        raise SettingsError(f"{where}: {'; '.join(problems)}")
    return kind(account)


@asynccontextmanager
async def started_connectors(
    connectors: dict[tuple[str, str], Connector], *, public_url: str | None
) -> AsyncIterator[Connectors]:
    """Start connectors and yield those that their platforms accept; the others are off, and said to be."""
    try:
        accepted = await asyncio.gather(*(_start(each, public_url) for each in connectors.values()))
        yield {key: each for (key, each), on in zip(connectors.items(), accepted, strict=True) if on}
    finally:
        await asyncio.gather(*(connector.close() for connector in connectors.values()))


async def _start(connector: Connector, public_url: str | None) -> bool:
    channel, account = connector.channel, connector.account.name
    hook_url = None
    if public_url is not None and connector.capabilities.webhook:
        hook_url = f"{public_url.rstrip('/')}/webhooks/{channel}/{account}"
    try:
        await connector.start(hook_url)
    except SettingsError as error:
        log.warning(
            "account is off: its platform refuses it", channel=channel, account=account, reason=str(error)
        )
        return False
    return True
