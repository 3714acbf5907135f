"""PostgreSQL and the bus: the user's own servers, or the embedded ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.bus.bus import Bus, open_bus
from bot.embedded import embedded_servers
from bot.errors import StorageUnavailable
from bot.settings import Settings
from bot.storage.database import Database, open_database
from bot.storage.schema import check_schema, upgrade_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Open for as long as `open_stores` is. `embedded` tells whether the database is a child of ours."""

    database: Database
    bus: Bus
    embedded: bool


@asynccontextmanager
async def open_stores(settings: Settings, *, join: bool = False) -> AsyncIterator[Stores]:
    """Open both, with a schema that fits.

    An embedded database is migrated; one of the user's own is not touched. `join` uses the embedded
    servers of a service that runs already. Raises `EmbeddedServerError`, `SchemaBehind`,
    `StorageUnavailable`, `BusUnavailable`.
    """
    embedded = settings.database_url is None
    async with (
        embedded_servers(settings, join=join) as urls,
        _open(urls.database_url) as database,
        open_bus(urls.redis_url) as bus,
    ):
        await (upgrade_schema(database) if embedded else check_schema(database))
        await bus.ping()
        yield Stores(database=database, bus=bus, embedded=embedded)


async def upgrade_database(settings: Settings) -> None:
    """Bring the schema up to this version, also of a database that is not ours to run."""
    async with embedded_servers(settings, join=True) as urls, _open(urls.database_url) as database:
        await upgrade_schema(database)


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    database = open_database(url)
    try:
        await _check_answers(database)
        yield database
    finally:
        await database.close()


async def _check_answers(database: Database) -> None:
    """Raise `StorageUnavailable` at once, with what to do, rather than in the middle of something."""
    try:
        await database.ping()
    except StorageUnavailable as error:
        raise StorageUnavailable(
            f"PostgreSQL does not answer ({error.__cause__}): is it running, and is DATABASE_URL right?",
        ) from error
