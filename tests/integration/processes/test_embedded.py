"""One process with its own servers, under load, while everything under it dies: nothing lost or doubled."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from bot.bootstrap.models import read_trained
from bot.bootstrap.training import release_trained
from bot.nlu.archive import read_archive, write_archive
from bot.settings import load_settings
from tests.fakes.service import PATIENCE, Service, run_command, wait_for
from tests.integration.processes.disturbed import under_load
from tests.integration.processes.load import Load

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def service(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that each test leaves running."""
    data, logs = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("logs")
    service = Service(project=project, data=data, log_folder=logs)
    try:
        service.start().wait_ready()
        yield service
    finally:
        service.close()


def kill_server(service: Service, name: str) -> None:
    """Kill its server of that name, once there is one; return when it is gone."""
    server = service.wait_for_child(name)
    server.kill()
    server.wait(PATIENCE)


def kill_connection(service: Service) -> None:
    """Kill what serves one connection of PostgreSQL, which throws everybody out, and recovers."""
    for process in service.wait_for_child("postgres").children():
        with suppress(psutil.Error):  # they come and go
            if "visavis" in process.cmdline()[0]:
                process.kill()
                return
    pytest.fail("nobody is connected with PostgreSQL")


async def test_valkey_killed(service: Service) -> None:
    async def disturb(_load: Load) -> None:
        for _ in range(2):
            await asyncio.to_thread(kill_server, service, "valkey-server")
            await asyncio.sleep(0.5)

    await under_load(service, "valkey", disturb)
    told = {"embedded server died, starting it again", "embedded server is back"}
    wait_for(lambda: told <= service.said(), "a word on Valkey's death and return", service)


async def test_postgres_killed(service: Service) -> None:
    async def disturb(load: Load) -> None:
        await asyncio.to_thread(kill_connection, service)
        await asyncio.sleep(0.5)
        async with asyncio.timeout(PATIENCE):
            while True:
                await asyncio.to_thread(kill_server, service, "postgres")
                await asyncio.sleep(0.5)
                if load.told:  # else everybody waited for an answer meanwhile, and nobody said anything new
                    return

    load = await under_load(service, "postgres", disturb)
    assert load.told == {"503 PostgreSQL does not answer: nothing new can be taken in"}
    assert "PostgreSQL" in {line.get("server") for line in service.lines() if "died" in line["event"]}


async def test_service_killed_and_started_again(service: Service) -> None:
    async def disturb(_load: Load) -> None:
        service.kill()
        service.start()

    await under_load(service, "killed", disturb)


async def test_service_stopped_and_started_again(service: Service) -> None:
    async def disturb(_load: Load) -> None:
        service.ask_to_stop()
        begun = time.monotonic()
        assert await asyncio.to_thread(service.wait_stopped) == 0
        print(f"stopped in {time.monotonic() - begun:.2f} s")
        service.start()
        print(f"started again in {await asyncio.to_thread(service.wait_ready):.2f} s")

    load = await under_load(service, "stopped", disturb)
    # What was under way was finished: a closed door is all that anybody met, some already before it.
    assert set(load.refused) <= {"ClientConnectorError", "ClientOSError", "ServerDisconnectedError"}


async def test_released_model_during_load(service: Service, tmp_path: Path) -> None:
    archive = read_archive(service.project / "models" / "first.tar.gz")
    digests = []
    for number in range(3):
        metadata = {**archive.metadata, "number": number}
        digests.append(write_archive(tmp_path / str(number), files=archive.files, metadata=metadata))
    settings = load_settings(data=service.data, project=service.project)

    def wait_for_model(digest: str) -> None:
        wait_for(lambda: service.health()[1]["model"] == digest, "the other model", service)

    async def disturb(_load: Load) -> None:
        for number, digest in enumerate(digests):
            await release_trained(settings, read_trained(tmp_path / str(number)), by="test")
            await asyncio.to_thread(wait_for_model, digest)

    load = await under_load(service, "release", disturb)
    assert load.refused == {}


def test_second_service_on_the_same_data_is_refused(service: Service) -> None:
    second = Service(project=service.project, data=service.data, log_folder=service.log_folder)
    done = run_command(second, "serve")
    assert done.returncode == 2
    assert service.process is not None
    assert f"already running on {service.data}, pid {service.process.pid}" in done.stderr
    assert "Traceback" not in done.stderr
    assert service.health()[0] == 200
