"""Nothing waits for ever: neither for a server that hangs nor, in the server, for a client that is gone."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager, suppress
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from bot.embedded import Child, start_postgres
from bot.errors import StorageUnavailable
from bot.storage.database import Database, open_database

PATIENCE = 1.0  # seconds; a server that is awake needs none of it
LONG = 20  # seconds, for all that is given up after that


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """A PostgreSQL of this file's own: it is going to hang."""
    child = start_postgres(tmp_path_factory.mktemp("hanging"), durable=False)
    yield child
    child.stop()


@contextmanager
def hanging(server: Child) -> Iterator[None]:
    """Let the server and every session of it stand still."""
    process = psutil.Process(server.pid)
    everybody = [process, *process.children()]
    _tell(everybody, signal.SIGSTOP)
    try:
        yield
    finally:
        _tell(everybody, signal.SIGCONT)


def _tell(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for each in processes:
        with suppress(psutil.NoSuchProcess):  # a session that was closed before ends when it likes
            each.send_signal(number)


def ways(database: Database) -> dict[str, AbstractAsyncContextManager[Any]]:
    return {
        "begin": database.begin(),
        "read": database.read(),
        "direct": database.direct(),
        "transaction": database.direct(transaction=True),
    }


async def ask(database: Database, way: str) -> object:
    async with ways(database)[way] as connection:
        return (await connection.execute(text("SELECT 1"), {})).scalar_one()


@pytest.mark.parametrize("way", ["begin", "read", "direct", "transaction"])
async def test_a_server_that_hangs_is_away_and_then_back(server: Child, way: str) -> None:
    database = open_database(server.url, patience=PATIENCE)
    await ask(database, way)
    begun = time.monotonic()
    with hanging(server), pytest.raises(StorageUnavailable, match="does not answer"):
        await ask(database, way)
    assert time.monotonic() - begun < LONG
    assert await ask(database, way) == 1
    await database.close()


@pytest.mark.parametrize("way", ["begin", "transaction"])
async def test_a_commit_that_hangs_is_given_up(server: Child, way: str) -> None:
    database = open_database(server.url, patience=PATIENCE)

    async def ask_and_hang(stack: ExitStack) -> None:
        async with ways(database)[way] as connection:
            await connection.execute(text("SELECT 1"), {})
            stack.enter_context(hanging(server))

    begun = time.monotonic()
    with ExitStack() as stack, pytest.raises(StorageUnavailable, match="does not answer"):
        await ask_and_hang(stack)
    assert time.monotonic() - begun < LONG
    await database.close()


async def test_closing_does_not_wait_for_a_server_that_hangs(server: Child) -> None:
    database = open_database(server.url, patience=60)
    async with database.direct() as direct, database.read() as connection:
        await direct.execute(text("SELECT 1"), {})
        await connection.exec_driver_sql("SELECT 1")
    with hanging(server):
        async with asyncio.timeout(LONG):
            await database.close()


LIMITS = (
    "idle_in_transaction_session_timeout",
    "statement_timeout",
    "lock_timeout",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_keepalives_count",
)


@pytest.mark.parametrize("way", ["begin", "read", "direct", "transaction"])
async def test_the_server_bounds_what_our_sessions_may_hold(server: Child, way: str) -> None:
    database = open_database(server.url)
    async with ways(database)[way] as connection:
        for name in LIMITS:
            setting = await connection.execute(
                text(f"SELECT setting::int FROM pg_settings WHERE name = '{name}'"), {}
            )
            assert 0 < setting.scalar_one() <= 60_000, name
    await database.close()


async def test_a_migration_may_take_as_long_as_it_needs(server: Child) -> None:
    database = open_database(server.url, patience=PATIENCE)
    async with database.begin_unlimited() as connection:
        await connection.exec_driver_sql(f"SELECT pg_sleep({PATIENCE * 2})")
        limits = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
        assert tuple((await connection.exec_driver_sql(limits)).one()) == ("0", "0")
    await database.close()
