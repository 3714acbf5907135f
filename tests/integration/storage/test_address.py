"""DATABASE_URL as managed PostgreSQL services give it, and what is said of one that is wrong."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from bot.bootstrap.stores import open_stores, upgrade_database
from bot.embedded import Child
from bot.errors import SettingsError, StorageUnavailable
from bot.settings import load_settings
from bot.storage.database import Database, open_database


async def ask_both(url: str) -> None:
    """Send a statement through each pool."""
    database = open_database(url)
    try:
        async with database.read() as connection:
            await connection.exec_driver_sql("SELECT 1")
        async with database.direct() as direct:
            await direct.execute(text("SELECT 1"), {})
    finally:
        await database.close()


@pytest.mark.parametrize("option", ["sslmode=disable", "sslmode=prefer", "target_session_attrs=read-write"])
async def test_options_of_the_address_work_for_both_pools(postgres: Child, option: str) -> None:
    await ask_both(f"{postgres.url}?{option}")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+asyncpg", "postgresql+psycopg"])
async def test_the_scheme_may_be_written_as_others_write_it(postgres: Child, scheme: str) -> None:
    await ask_both(postgres.url.replace("postgresql", scheme, 1))


async def test_required_encryption_is_not_given_up(postgres: Child) -> None:
    with pytest.raises(StorageUnavailable) as raised:
        await ask_both(f"{postgres.url}?sslmode=require")
    assert "SSL" in str(raised.value.__cause__)


@pytest.mark.parametrize(
    ("option", "words"),
    [("sslmode=perhaps", "sslmode"), ("nonsense=1", "nonsense"), ("work_mem=much", "work_mem")],
)
async def test_an_option_nobody_knows_is_named(postgres: Child, option: str, words: str) -> None:
    for way in (Database.read, Database.direct):
        database = open_database(f"{postgres.url}?{option}")
        with pytest.raises(SettingsError, match=rf"DATABASE_URL.*{words}"):
            async with way(database) as connection:
                await connection.execute(text("SELECT 1"), {})
        await database.close()


@pytest.mark.parametrize("url", ["mysql://host/name", "host/name", "visavis"])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL is not a database address"):
        open_database(url)


async def test_a_password_that_breaks_the_address_is_not_shown() -> None:
    database = open_database("postgresql://user:sec#ret@127.0.0.1/name")
    with pytest.raises(SettingsError, match="DATABASE_URL is not a database address") as raised:
        await database.ping()
    assert "sec" not in str(raised.value)


def change(postgres: Child, **parts: str | int) -> str:
    url: URL = make_url(postgres.url).set(**parts)  # type: ignore[arg-type]
    return url.render_as_string(hide_password=False)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"password": "wrong"}, "does not accept this user and password"),
        ({"username": "nobody"}, "does not accept this user and password"),
        ({"database": "missing"}, "has no database of this name"),
        ({"port": 9}, "does not answer"),
        ({"host": "nowhere.invalid"}, "does not answer"),
    ],
)
async def test_a_mistake_in_the_address_is_one_sentence_with_advice(
    postgres: Child, valkey: Child, parts: dict[str, str | int], words: str
) -> None:
    settings = load_settings(
        database_url=SecretStr(change(postgres, **parts)), redis_url=SecretStr(valkey.url)
    )
    with pytest.raises(StorageUnavailable) as raised:
        async with open_stores(settings):
            pass
    said = str(raised.value)
    assert words in said
    assert "is DATABASE_URL right?" in said
    assert "\n" not in said
    assert "sqlalchemy" not in said.lower()


async def test_a_user_who_may_not_make_tables_is_told_so(postgres: Child) -> None:
    admin = open_database(postgres.url)
    async with admin.read() as connection:
        await connection.exec_driver_sql("DROP DATABASE IF EXISTS closed WITH (FORCE)")
        await connection.exec_driver_sql("DROP ROLE IF EXISTS guest")
        await connection.exec_driver_sql("CREATE DATABASE closed")
        await connection.exec_driver_sql("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    await admin.close()
    url = change(postgres, username="guest", password="guest", database="closed")
    with pytest.raises(StorageUnavailable, match=r"does not allow this .*permission denied.*DATABASE_URL"):
        await upgrade_database(load_settings(database_url=SecretStr(url)))
