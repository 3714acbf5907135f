from __future__ import annotations

from pathlib import Path

import pytest

from bot.embedded import start_postgres
from bot.errors import StorageUnavailable
from bot.storage.database import Database, open_database


async def test_a_server_that_dies_recovers_and_shuts_down_is_away_and_nothing_else(tmp_path: Path) -> None:
    child = start_postgres(tmp_path)
    database = open_database(child.url)
    await database.ping()
    for _ in range(3):
        child.process.kill()
        child.process.wait()
        with pytest.raises(StorageUnavailable):
            await database.ping()
        child = start_postgres(tmp_path, port=child.port)
        await database.ping()
    child.stop()
    with pytest.raises(StorageUnavailable):
        await database.ping()
    await database.close()


@pytest.mark.parametrize("code", ["57P03", "57P01", "08006", "53300"])
async def test_what_a_server_says_while_it_is_away_is_told_apart(database: Database, code: str) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END $$"
    with pytest.raises(StorageUnavailable):
        async with database.begin() as connection:
            await connection.exec_driver_sql(raising)
    await database.ping()
