"""PostgreSQL and the bus: the user's own servers, or the embedded ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
    servers of a service that runs already. Raises `EmbeddedServerError`, `SchemaBehind`, `SchemaAhead`,
    `SettingsError`, `StorageUnavailable`, `BusUnavailable`.
    """
    async with (
        embedded_servers(settings, join=join) as urls,
        _open(urls.database_url) as database,
        open_bus(urls.redis_url) as bus,
    ):
        with _advising():
            await (upgrade_schema(database) if urls.database_embedded else check_schema(database))
        await bus.ping()
        yield Stores(database=database, bus=bus, embedded=urls.database_embedded)


async def upgrade_database(settings: Settings) -> None:
    """Bring the schema up to this version, also of a database that is not ours to run."""
    async with _database_url(settings) as url, _open(url) as database:
        with _advising():
            await upgrade_schema(database)


@asynccontextmanager
async def open_known_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database to read from it, without changing its schema. Raises as `open_stores` does."""
    async with _database_url(settings) as url, _open(url) as database:
        with _advising():
            await check_schema(database)
        yield database


@asynccontextmanager
async def _database_url(settings: Settings) -> AsyncIterator[str]:
    """Yield where PostgreSQL is; nothing is started for that when `settings` say it."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    async with embedded_servers(settings, join=True) as urls:
        yield urls.database_url


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    database = open_database(url)
    try:
        with _advising():
            await database.ping()
        yield database
    finally:
        await database.close()


@contextmanager
def _advising() -> Iterator[None]:
    """Say what to do about a `StorageUnavailable` at the start, in the server's own words."""
    try:
        yield
    except StorageUnavailable as error:
        cause = error.__cause__
        said = (str(cause) or type(cause).__name__).splitlines()[0]
        raise StorageUnavailable(
            f"{error.reason} ({said})", advice="is it running, and is DATABASE_URL right?"
        ) from error
