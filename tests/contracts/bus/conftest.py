"""The bus contract runs on Valkey from the wheel, and on a redis-server where one is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from bot.bus.bus import Bus, open_bus
from bot.embedded import Child
from tests.fakes.empty_bus import open_empty_bus
from tests.fakes.service import PATIENCE, find_free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

SERVERS = ("valkey", "redis")


@pytest.fixture(scope="session", params=SERVERS)
def bus_url(
    request: pytest.FixtureRequest, valkey: Child, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of each server in turn."""
    if request.param == "valkey":
        yield valkey.url
        return
    binary = os.environ.get("VISAVIS_TEST_REDIS_SERVER") or shutil.which("redis-server")  # noqa: TID251
    if binary is None:
        pytest.skip("no redis-server is installed here")
    yield from _run_redis(binary, tmp_path_factory.mktemp("redis"))


def _run_redis(binary: str, folder: Path) -> Iterator[str]:
    port = find_free_port()
    process = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"redis-server did not start, its exit status is {process.poll()}")


@pytest.fixture
async def bus(bus_url: str) -> AsyncIterator[Bus]:
    """An empty bus on the server under test."""
    async with open_empty_bus(bus_url) as opened:
        yield opened


@pytest.fixture
async def other_bus(bus_url: str) -> AsyncIterator[Bus]:
    """The bus as another process sees it."""
    async with open_bus(bus_url) as opened:
        yield opened
