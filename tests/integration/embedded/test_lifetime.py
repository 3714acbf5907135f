from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio
from pydantic import SecretStr

from bot.embedded import Urls, embedded_servers
from bot.errors import EmbeddedServerError
from bot.settings import Settings, load_settings

OWNER = """
import asyncio, sys
from pathlib import Path
from bot.embedded import embedded_servers
from bot.settings import load_settings

async def main() -> None:
    async with embedded_servers(load_settings(data=Path(sys.argv[1]))) as urls:
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    return load_settings(data=tmp_path / "data")


def find_servers(others: frozenset[int]) -> dict[str, psutil.Process]:
    """Return our living children by program name, without the servers of other tests."""
    found = {}
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # one that died may be gone by now
            if child.status() != psutil.STATUS_ZOMBIE and child.pid not in others:
                found[child.name()] = child
    return found


def find_others() -> frozenset[int]:
    """Return the children that are there already."""
    return frozenset(child.pid for child in psutil.Process().children())


async def insist(url: str, query: str) -> object:
    """Ask until the database answers: what the service's pool does."""
    async with asyncio.timeout(20):
        while True:
            try:
                connection = await asyncpg.connect(url)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)
                continue
            try:
                return await connection.fetchval(query)
            finally:
                await connection.close()


async def test_given_urls_are_used_and_nothing_is_started(tmp_path: Path) -> None:
    settings = load_settings(
        data=tmp_path / "data",
        database_url=SecretStr("postgresql://db.example/visavis"),
        redis_url=SecretStr("redis://cache.example"),
    )
    async with embedded_servers(settings) as urls:
        assert urls == Urls(database_url="postgresql://db.example/visavis", redis_url="redis://cache.example")
    assert not (tmp_path / "data").exists()


async def test_killed_servers_come_back_under_the_same_urls(settings: Settings) -> None:
    others = find_others()
    async with embedded_servers(settings) as urls:
        await insist(urls.database_url, "CREATE TABLE kept AS SELECT 7 AS seven")
        before = find_servers(others)
        for server in before.values():
            server.kill()
        assert await insist(urls.database_url, "SELECT seven FROM kept") == 7
        client = redis.asyncio.Redis.from_url(urls.redis_url)
        async with asyncio.timeout(20):
            while True:
                try:
                    assert await client.ping()
                    break
                except redis.asyncio.ConnectionError:
                    await asyncio.sleep(0.05)
        await client.aclose()
        assert not {server.pid for server in before.values()} & {
            server.pid for server in find_servers(others).values()
        }
    assert find_servers(others) == {}


async def test_second_owner_is_refused_with_the_pid_of_the_first(settings: Settings) -> None:
    async with embedded_servers(settings):
        with pytest.raises(EmbeddedServerError, match=f"already running on .*, pid {os.getpid()}"):
            async with embedded_servers(settings):
                pass


async def test_who_joins_uses_the_owners_servers(settings: Settings) -> None:
    async with embedded_servers(settings) as urls:
        async with embedded_servers(settings, join=True) as joined:
            assert joined == urls
        assert await insist(urls.database_url, "SELECT 1") == 1
        assert (settings.data / "servers.json").stat().st_mode & 0o077 == 0


async def test_who_joins_nobody_becomes_the_owner(settings: Settings) -> None:
    async with embedded_servers(settings, join=True) as urls:
        assert await insist(urls.database_url, "SELECT 1") == 1


async def test_killed_owner_leaves_no_servers_and_no_lock(settings: Settings) -> None:
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNER, str(settings.data)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert owner.stdout is not None
    while b"ready" not in await owner.stdout.readline():
        pass
    servers = psutil.Process(owner.pid).children()
    assert {server.name() for server in servers} == {"postgres", "valkey-server"}
    owner.send_signal(signal.SIGKILL)
    await owner.wait()
    async with embedded_servers(settings) as urls:
        assert await insist(urls.database_url, "SELECT 1") == 1
    _, alive = await asyncio.to_thread(psutil.wait_procs, servers, 10)
    assert alive == []
