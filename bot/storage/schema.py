"""Which schema the database has, which this version needs, and the way from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.errors import SchemaAhead, SchemaBehind

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.storage.connection import AsyncConnection
    from bot.storage.database import Database

_LOCK = 0x76697361  # one upgrade at a time, over all machines
_MIGRATIONS = Path(__file__).parent / "migrations"


def get_needed_revision() -> str:
    """Return the schema revision of this version."""
    return max(_get_known_revisions())


def _get_known_revisions() -> set[str]:
    """Return what this version can migrate from or to: files of migrations begin with their revision."""
    return {path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")}


async def check_schema(database: Database) -> None:
    """Raise `SchemaBehind` or `SchemaAhead` unless the database has the schema this version needs."""
    async with database.begin() as connection:
        found = await _get_known_revision(connection)
    if found != get_needed_revision():
        raise SchemaBehind(found, get_needed_revision())


async def upgrade_schema(database: Database) -> None:
    """Bring the schema up to this version, in one transaction; others wait and find it done.

    Raises `SchemaAhead`.
    """
    async with database.begin() as connection:
        if await _get_known_revision(connection) == get_needed_revision():
            return
    async with database.begin_unlimited() as connection:
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if await _get_known_revision(connection) != get_needed_revision():
            await connection.run_sync(_upgrade)


async def _get_known_revision(connection: AsyncConnection) -> str | None:
    """Return the database's revision, None for an empty one. Raises `SchemaAhead`."""
    found = await _get_revision(connection)
    if found is not None and found not in _get_known_revisions():
        raise SchemaAhead(found, get_needed_revision())
    return found


async def _get_revision(connection: AsyncConnection) -> str | None:
    known = await connection.execute(text("SELECT to_regclass('alembic_version')"))
    if known.scalar_one() is None:
        return None
    found = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    # Not at the top: almost every start finds nothing to migrate, and Alembic takes 0.3 s to import.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
