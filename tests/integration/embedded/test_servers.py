from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio

from bot.embedded import start_postgres, start_valkey
from bot.embedded.child import Child, PortTaken
from bot.errors import EmbeddedServerError


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose name is longer than a Unix socket's path may be."""
    return tmp_path_factory.mktemp("visavis") / ("a-deep-folder-" * 8)


@pytest.fixture
def postgres(directory: Path) -> Iterator[Child]:
    child = start_postgres(directory / "postgres")
    yield child
    child.stop()


@pytest.fixture
def valkey(directory: Path) -> Iterator[Child]:
    child = start_valkey(directory / "valkey")
    yield child
    child.stop()


async def fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_postgres_speaks_utf8_is_durable_and_is_not_root(postgres: Child) -> None:
    assert await fetch(postgres.url, "SHOW server_encoding") == "UTF8"
    assert await fetch(postgres.url, "SHOW fsync") == "on"
    assert await fetch(postgres.url, "SELECT current_database()") == "visavis"
    assert psutil.Process(postgres.pid).uids().effective != 0


async def test_postgres_refuses_a_wrong_password(postgres: Child) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await fetch(postgres.url.replace(postgres.password, "wrong"), "SELECT 1")


@pytest.mark.parametrize("password", ["", ":wrong@"])
async def test_valkey_refuses_who_has_no_password(valkey: Child, password: str) -> None:
    stranger = redis.asyncio.Redis.from_url(f"redis://{password}127.0.0.1:{valkey.port}/0")
    with pytest.raises(redis.asyncio.AuthenticationError):
        await stranger.set("key", "value")
    await stranger.aclose()


async def test_valkey_answers_and_persists_nothing(valkey: Child, directory: Path) -> None:
    client = redis.asyncio.Redis.from_url(valkey.url)
    assert await client.set("key", "value")
    await client.aclose()
    valkey.stop()
    assert [path.name for path in (directory / "valkey").iterdir()] == ["server.log"]


async def test_passwords_are_not_on_the_command_line(postgres: Child, valkey: Child) -> None:
    for child in (postgres, valkey):
        assert child.password not in " ".join(psutil.Process(child.pid).cmdline())
        assert child.password not in repr(child)


async def test_a_server_left_behind_is_stopped_and_its_data_are_kept(
    postgres: Child, directory: Path
) -> None:
    await fetch(postgres.url, "CREATE TABLE kept AS SELECT 7 AS seven")
    successor = start_postgres(directory / "postgres")
    assert postgres.exited()
    assert await fetch(successor.url, "SELECT seven FROM kept") == 7
    await fetch(successor.url, "DROP TABLE kept")
    successor.stop()


async def test_a_pid_file_that_names_another_program_does_not_stop_a_start(directory: Path) -> None:
    child = start_postgres(directory / "postgres")
    pid_file = directory / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    child.process.kill()
    child.process.wait()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    successor = start_postgres(directory / "postgres")
    assert await fetch(successor.url, "SELECT 1") == 1
    successor.stop()


async def test_a_start_waits_for_the_sessions_of_a_server_that_was_killed(directory: Path) -> None:
    killed = start_postgres(directory / "postgres")
    connection = await asyncpg.connect(killed.url)
    session = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
    session.suspend()  # it cannot notice
    killed.process.kill()
    killed.process.wait()
    starting = asyncio.create_task(asyncio.to_thread(start_postgres, directory / "postgres"))
    done, _ = await asyncio.wait({starting}, timeout=1)
    assert not done
    session.resume()
    successor = await starting
    assert await fetch(successor.url, "SELECT 1") == 1
    successor.stop()
    connection.terminate()


def test_servers_stop_with_the_thread_that_started_them(directory: Path) -> None:
    children: list[Child] = []

    def start() -> None:
        children.extend((start_postgres(directory / "postgres"), start_valkey(directory / "valkey")))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert [child.process.wait(10) for child in children] == [0, 0]


@pytest.mark.parametrize("start", [start_postgres, start_valkey])
def test_a_taken_port_is_said(start: Callable[..., Child], directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port}"):
            start(directory / f"taken-{port}", port=port)


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedServerError, match=r"cannot use the data folder .*file.*VISAVIS_DATA"):
        start_postgres(tmp_path / "file" / "postgres")


def test_data_of_another_version_are_left_alone(tmp_path: Path) -> None:
    cluster = tmp_path / "data"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 15"):
        start_postgres(tmp_path)


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "data.unfinished" / "base").mkdir(parents=True)
    child = start_postgres(tmp_path, durable=False)
    child.stop()
    assert child.process.returncode == 0
    assert not (tmp_path / "data.unfinished").exists()


def test_stop_is_final_and_may_be_repeated(tmp_path: Path) -> None:
    child = start_valkey(tmp_path)
    child.process.send_signal(signal.SIGSTOP)  # it cannot hear a polite word
    child.stop(grace=0.2)
    child.stop()
    assert child.exited()
