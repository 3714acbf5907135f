"""What the service heard of accounts, for those who look why nothing arrives; where platforms call us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.bootstrap.connectors import Connectors, make_hook_url
from bot.bootstrap.stores import open_known_database
from bot.connector import Finding, ReplacesHooks
from bot.errors import VisavisError
from bot.storage.signs import Signs, list_signs, note_hook_url

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.settings import Settings
    from bot.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The signs of all accounts; `findings` say why they cannot be told."""

    signs: Mapping[tuple[str, str], Signs] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


async def read_signs(settings: Settings) -> Known:
    """Return what is known. Starts no database that has never been there."""
    if settings.database_url is None and not (settings.data / "postgres").exists():
        return Known()
    try:
        async with open_known_database(settings) as database, database.read() as connection:
            return Known(signs=await list_signs(connection))
    except VisavisError as error:
        text = f"What came in last cannot be told: {error}."
        return Known(findings=(Finding(well=True, hint=True, text=text),))


async def remember_hooks(database: Database, settings: Settings, connectors: Connectors) -> None:
    """Tell connectors where their platforms were told to call before, and keep where they are told to now."""
    async with database.read() as connection:
        known = await list_signs(connection)
    for (channel, name), connector in connectors.items():
        hook_url = make_hook_url(settings.public_url, connector, name)
        earlier = known.get((channel, name), Signs()).hook_urls
        know_earlier(connector, [each for each in earlier if each != hook_url])
        if hook_url is not None and earlier[-1:] != (hook_url,):
            async with database.begin() as connection:
                await note_hook_url(connection, channel, name, hook_url)


def know_earlier(connector: Connector, hook_urls: Sequence[str]) -> None:
    """Tell a connector that replaces addresses of ours which those were."""
    if isinstance(connector, ReplacesHooks):
        connector.know_earlier(hook_urls)
