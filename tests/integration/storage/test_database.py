from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from asyncpg import DataError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.embedded import start_postgres
from bot.errors import StorageUnavailable
from bot.storage.allowance import WARM
from bot.storage.database import Database, open_database


async def ping_to_the_end(database: Database) -> None:
    """A connection's own process may answer for a moment after the server's first process was killed."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        await database.ping()
        await asyncio.sleep(0.01)


async def test_a_server_that_dies_recovers_and_shuts_down_is_away_and_nothing_else(tmp_path: Path) -> None:
    child = start_postgres(tmp_path)
    database = open_database(child.url)
    await database.ping()
    for _ in range(3):
        child.process.kill()
        child.process.wait()
        with pytest.raises(StorageUnavailable):
            await ping_to_the_end(database)
        child = start_postgres(tmp_path, port=child.port)
        await database.ping()
    child.stop()
    with pytest.raises(StorageUnavailable):
        await database.ping()
    await database.close()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("57P03", "does not answer"),
        ("57P01", "does not answer"),
        ("08006", "does not answer"),
        ("53300", "memory or connections"),
        ("53100", "disk is full"),
        ("58030", "cannot use its disk"),
        ("25006", "takes no writes"),
        ("40P01", "another transaction"),
        ("28P01", "this user and password"),
        ("3D000", "no database of this name"),
        ("42501", "does not allow"),
        ("55P03", "another transaction holds"),
        ("57014", "took too long, or somebody cancelled"),
        ("25P03", "nothing happened"),
    ],
)
async def test_what_a_server_says_of_its_state_is_told_apart(
    database: Database, code: str, words: str
) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END $$"
    with pytest.raises(StorageUnavailable, match=words):
        async with database.begin() as connection:
            await connection.exec_driver_sql(raising)
    with pytest.raises(StorageUnavailable, match=words):
        async with database.direct() as direct:
            await direct.execute(text(raising), {})
    await database.ping()


async def test_a_value_that_does_not_fit_is_no_fault_of_the_server(database: Database) -> None:
    with pytest.raises(DataError):
        async with database.direct() as direct:
            await direct.execute(text("SELECT CAST(:id AS bigint)"), {"id": "seven"})


async def test_a_value_that_does_not_fit_is_no_fault_of_the_server_through_either_pool(
    database: Database,
) -> None:
    with pytest.raises(DBAPIError):
        async with database.read() as connection:
            await connection.execute(text("SELECT CAST(:id AS bigint)"), {"id": "seven"})
    await database.ping()


async def test_tables_that_change_under_a_prepared_statement_are_not_the_statements_fault(
    database: Database,
) -> None:
    """A statement is prepared once per connection: a migration beside it makes the plan invalid."""
    select = text("SELECT * FROM changing")

    async def read_while_it_changes() -> None:
        async with database.begin() as connection:
            await connection.execute(select)
            await connection.exec_driver_sql("ALTER TABLE changing ADD COLUMN two int")
            await connection.execute(select)

    async with database.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE changing AS SELECT 1 AS one")
    with pytest.raises(StorageUnavailable, match="tables were changed just now"):
        await read_while_it_changes()
    async with database.begin() as connection:
        assert [tuple(row) for row in await connection.execute(select)] == [(1,)]


async def test_connections_that_only_a_burst_needed_are_given_up(database: Database) -> None:
    """The server keeps memory for each."""
    burst = asyncio.Barrier(6)

    async def read() -> None:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
            await burst.wait()  # all of them hold one at this moment

    await asyncio.gather(*(read() for _ in range(burst.parties)))

    assert await count_sessions_down_to(database, 2) == 2


async def test_direct_connections_that_only_a_burst_needed_are_given_up(database: Database) -> None:
    """More are lent at once only when some are held for long; who holds one may ask for another."""
    burst = asyncio.Barrier(6)

    async def read(nested: int = 1) -> None:
        async with database.direct() as connection:
            await connection.execute(text("SELECT 1"), {})
            if nested:
                await read(nested - 1)
            else:
                await burst.wait()

    async def hold() -> None:
        async with database.direct():
            await burst.wait()

    await asyncio.wait_for(asyncio.gather(read(), *(hold() for _ in range(burst.parties - 1))), 20)

    assert await count_sessions_down_to(database, 2) == 2  # one that is warm, and the one that counts


async def test_statements_rather_wait_for_a_connection_than_open_another(database: Database) -> None:
    async def read() -> None:
        async with database.direct() as connection:
            await connection.execute(text("SELECT 1"), {})

    await asyncio.gather(*(read() for _ in range(30)))
    assert await count_sessions_down_to(database, WARM + 1) <= WARM + 1


async def count_sessions_down_to(database: Database, wanted: int) -> int:
    """Return how many sessions this database has, once they are so few: one that is closed ends later."""
    mine = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend'"
    )
    deadline = time.monotonic() + 20
    while True:
        async with database.read() as connection:
            found: int = (await connection.execute(mine)).scalar_one()
        if found <= wanted or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.02)
