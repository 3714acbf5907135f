"""A process per role on servers of the user's own: nothing is lost to a forgetful bus or a dead worker."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
import redis.asyncio
from sqlalchemy.engine import make_url

from tests.fakes.service import Service, run_command
from tests.integration.processes.disturbed import under_load
from tests.integration.processes.load import Load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.embedded import Child

ROLES = ("web", "worker", "worker", "courier", "clock")


@pytest.fixture
async def empty_database(postgres: Child) -> AsyncIterator[str]:
    """The address of a database nobody has prepared."""
    name = "somebody_elses"
    admin = await asyncpg.connect(postgres.url)
    await admin.execute(f"CREATE DATABASE {name}")
    yield make_url(postgres.url).set(database=name).render_as_string(hide_password=False)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def roles(
    project: Path, empty_database: str, valkey: Child, tmp_path: Path
) -> AsyncIterator[list[Service]]:
    """A process per role that runs, the web first; and a database that had to be prepared by hand."""
    variables = {"DATABASE_URL": empty_database, "REDIS_URL": valkey.url}
    services = [
        Service(project=project, data=tmp_path / "data", log_folder=tmp_path, role=role, variables=variables)
        for role in ROLES
    ]
    await asyncio.to_thread(check_schema_is_asked_for, services[0])
    try:
        for service in services:
            service.start()
        for service in services:
            await asyncio.to_thread(service.wait_ready)
        yield services
    finally:
        for service in services:
            service.close()


def check_schema_is_asked_for(service: Service) -> None:
    """A database that is not ours to migrate is left alone until somebody says so."""
    refused = run_command(service, "serve", "--role", "web")
    assert refused.returncode == 2
    assert "`visavis db upgrade`" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert run_command(service, "db", "upgrade").returncode == 0


async def test_roles_share_servers(roles: list[Service], empty_database: str, valkey: Child) -> None:
    web, victim, *_ = roles

    async def disturb(_load: Load) -> None:
        async with redis.asyncio.Redis.from_url(valkey.url) as bus:
            for _ in range(4):
                await bus.flushall()
                await asyncio.sleep(0.2)
            victim.kill()
            await bus.flushall()

    load = await under_load(web, "roles", disturb, database_url=empty_database, conversations=40)
    assert set(load.refused) <= {"answered later"}
    for service in roles:
        service.ask_to_stop()
    assert [await asyncio.to_thread(service.wait_stopped) for service in roles] == [0, -9, 0, 0, 0]
    # Files are all they do not share by themselves: who writes them says so.
    warned = [any("one writable VISAVIS_PROJECT" in words for words in service.said()) for service in roles]
    assert warned == [True, False, False, False, False]
    lines = [line for service in roles for line in service.lines()]
    assert [line for line in lines if line["level"] in ("error", "critical")] == []
