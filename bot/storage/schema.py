"""Which schema the database has, which this version needs, and the way from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import SchemaBehind

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.storage.database import Database

_LOCK = 0x76697361  # one upgrade at a time, over all machines


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def get_needed_revision() -> str:
    """Return the schema revision of this version."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


async def check_schema(database: Database) -> None:
    """Raise `SchemaBehind` unless the database has exactly the schema this version needs."""
    async with database.begin() as connection:
        found = await connection.run_sync(_get_revision)
    if found != get_needed_revision():
        raise SchemaBehind(found, get_needed_revision())


async def upgrade_schema(database: Database) -> None:
    """Bring the schema up to this version, in one transaction; others wait and find it done."""
    async with database.begin() as connection:
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        await connection.run_sync(_upgrade)


def _get_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
