"""Whose servers a process uses beside one that owns the data folder, and which are ours to migrate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot.bootstrap.stores import open_stores, upgrade_database
from bot.embedded import Child, embedded_servers
from bot.errors import SchemaBehind
from bot.settings import Settings, load_settings
from bot.storage.database import open_database
from bot.storage.schema import check_schema


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    return load_settings(data=tmp_path / "data")


@pytest.fixture
async def empty_url(postgres: Child) -> str:
    """The address of a database without tables, which stands for one of the user's own."""
    admin = open_database(postgres.url)
    async with admin.read() as connection:
        await connection.exec_driver_sql("DROP DATABASE IF EXISTS users_own WITH (FORCE)")
        await connection.exec_driver_sql("CREATE DATABASE users_own")
    await admin.close()
    return make_url(postgres.url).set(database="users_own").render_as_string(hide_password=False)


async def has_tables(url: str) -> bool:
    database = open_database(url)
    try:
        async with database.read() as connection:
            found = await connection.exec_driver_sql("SELECT to_regclass('message')")
            return found.scalar_one() is not None
    finally:
        await database.close()


async def test_own_addresses_win_over_those_of_who_owns_the_folder(settings: Settings) -> None:
    own = settings.model_copy(update={"database_url": SecretStr("postgresql://prod.example/visavis")})
    async with embedded_servers(settings) as urls, embedded_servers(own, join=True) as joined:
        assert joined.database_url == "postgresql://prod.example/visavis"
        assert joined.redis_url == urls.redis_url
        assert joined.embedded == {"redis_url"}


async def test_who_joins_learns_which_servers_are_embedded(settings: Settings, postgres: Child) -> None:
    owner = settings.model_copy(update={"database_url": SecretStr(postgres.url)})
    async with embedded_servers(owner) as urls, embedded_servers(settings, join=True) as joined:
        assert joined == urls
        assert joined.embedded == {"redis_url"}
        assert json.loads((settings.data / "servers.json").read_text())["embedded"] == ["redis_url"]


async def test_upgrade_beside_a_running_demo_upgrades_the_database_it_was_given(
    settings: Settings, empty_url: str
) -> None:
    own = settings.model_copy(update={"database_url": SecretStr(empty_url)})
    async with embedded_servers(settings) as urls:
        await upgrade_database(own)
        assert await has_tables(empty_url)
        assert not await has_tables(urls.database_url)


async def test_upgrade_of_a_given_database_starts_nothing(settings: Settings, empty_url: str) -> None:
    await upgrade_database(settings.model_copy(update={"database_url": SecretStr(empty_url)}))
    assert await has_tables(empty_url)
    assert not settings.data.exists()


async def test_who_joins_does_not_migrate_the_owners_foreign_database(
    settings: Settings, empty_url: str
) -> None:
    owner = settings.model_copy(update={"database_url": SecretStr(empty_url)})
    async with embedded_servers(owner):
        with pytest.raises(SchemaBehind):
            async with open_stores(settings, join=True):
                pass
    assert not await has_tables(empty_url)


async def test_an_embedded_database_is_migrated_by_whoever_comes_first(settings: Settings) -> None:
    async with embedded_servers(settings), open_stores(settings, join=True) as stores:
        assert stores.embedded
        await check_schema(stores.database)
