from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from bot.embedded import Child
from bot.errors import SchemaAhead, SchemaBehind
from bot.storage.database import Database, open_database
from bot.storage.schema import _MIGRATIONS, check_schema, get_needed_revision, upgrade_schema
from bot.storage.tables import metadata


def test_the_newest_file_is_what_alembic_takes_for_the_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    assert get_needed_revision() == ScriptDirectory.from_config(config).get_current_head()


async def test_a_migrated_database_fits_and_is_left_alone(database: Database) -> None:
    await check_schema(database)
    await upgrade_schema(database)
    await check_schema(database)


async def test_an_empty_database_is_refused_until_it_is_migrated(postgres: Child) -> None:
    admin = open_database(postgres.url)
    async with admin.read() as connection:
        await connection.exec_driver_sql("CREATE DATABASE empty")
    empty = open_database(make_url(postgres.url).set(database="empty").render_as_string(hide_password=False))
    try:
        with pytest.raises(SchemaBehind, match=r"schema none, this version needs \d+.*visavis db upgrade"):
            await check_schema(empty)
        await upgrade_schema(empty)
        await check_schema(empty)
    finally:
        await empty.close()
        async with admin.read() as connection:
            await connection.exec_driver_sql("DROP DATABASE empty WITH (FORCE)")
        await admin.close()


@pytest.mark.parametrize("use", [check_schema, upgrade_schema])
async def test_a_newer_versions_database_is_left_to_that_version(
    database: Database, use: Callable[[Database], Awaitable[None]]
) -> None:
    async with database.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaAhead, match=r"made by a newer Visavis \(found schema 9999.*use that version"):
        await use(database)


async def test_tables_and_migrations_agree(database: Database) -> None:
    def compare(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.begin() as connection:
        assert await connection.run_sync(compare) == []
