"""Real servers for the tests: one embedded PostgreSQL and one Valkey per run, a fresh database per test."""

from __future__ import annotations

import fcntl
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from bot.bootstrap.models import ARCHIVE_SUFFIX, train_model
from bot.bootstrap.vectors import find_vector_cache
from bot.bus.bus import Bus
from bot.domain.pipeline import DeskSpec
from bot.embedded import start_postgres, start_valkey
from bot.rasa_format.project import load_project
from bot.service import passwords
from bot.service.road import Road
from bot.storage.database import Database, open_database
from bot.storage.schema import upgrade_schema
from tests.browser.chromium import find_chromium
from tests.databases import Databases
from tests.fakes.empty_bus import open_empty_bus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import ModuleType

    from bot.embedded import Child

REPOSITORY = Path(__file__).parents[1]
_migrated: dict[str, Databases] = {}
_brands_actions: dict[str, ModuleType] = {}

# Where nothing may be written beside the sources, as containers like to say, every command that a test starts
# would compile all of them anew: two seconds each. Then they are kept apart.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):  # noqa: TID251 - the children's environment
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parents[1] / ".cache" / "bytecode")  # noqa: TID251 - likewise

# The same examples each time, however slow the machine: a run judges the change, not the luck of a draw.
# `make test ARGS="--hypothesis-profile explore"` looks for new ones.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("explore"), derandomize=True)
settings.load_profile("same")


def pytest_report_header() -> str:
    """Say whether browser tests run here."""
    path = find_chromium()
    return f"chromium: {path}" if path else "chromium: none found here, browser tests are skipped"


def _list_actions() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "actions"}


def pytest_collection_finish() -> None:
    """Remember the demo brand's actions, which tests import by name."""
    _brands_actions.update(_list_actions())


@pytest.fixture(autouse=True)
def keep_actions() -> Iterator[None]:
    """Put the demo brand's actions back: a project that a test loads has its own under the same name."""
    yield
    if sys.modules.get("actions") is not _brands_actions.get("actions"):
        for name in _list_actions():
            del sys.modules[name]
        sys.modules.update(_brands_actions)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    here = tmp_path_factory.getbasetemp()
    return here.parent if "PYTEST_XDIST_WORKER" in os.environ else here  # noqa: TID251 - xdist's own word


@pytest.fixture(scope="session", autouse=True)
def vectors(run_folder: Path) -> Iterator[None]:
    """Have what the encoder makes of texts kept for the run, and not where this machine's user keeps it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(run_folder / "cache"))
        yield


@pytest.fixture(scope="session", autouse=True)
def thorough_hasher() -> Iterator[PasswordHasher]:
    """What the service hashes passwords with. The tests' own takes no time: they log in a thousand times."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    thorough = passwords._HASHER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", quick)
        yield thorough


@pytest.fixture(scope="session")
def demo_model(run_folder: Path) -> Path:
    """The archive of the demo brand's model, trained once per run as `visavis train` does."""
    folder = run_folder / "demo"
    folder.mkdir(exist_ok=True)
    out = folder / f"demo{ARCHIVE_SUFFIX}"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # where several processes share the work, one of them trains
        if not out.exists():
            project = load_project(REPOSITORY, {})
            train_model(project, out, cache=find_vector_cache(), report=lambda _progress: None)
    return out


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """A real PostgreSQL for the whole run."""
    child = start_postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    yield child
    child.stop()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """A real Valkey for the whole run."""
    child = start_valkey(tmp_path_factory.mktemp("valkey"))
    yield child
    child.stop()


@pytest.fixture
async def template(postgres: Child) -> str:
    """The name of a migrated database to copy: migrations run once per test run."""
    url = make_url(postgres.url)
    name = f"template_{postgres.pid}"
    if name in _migrated:
        return name
    admin = open_database(postgres.url)
    try:
        async with admin.read() as connection:
            await connection.exec_driver_sql(f"CREATE DATABASE {name}")
            fresh = open_database(url.set(database=name).render_as_string(hide_password=False))
            await upgrade_schema(fresh)
            await fresh.close()
    finally:
        await admin.close()
    _migrated[name] = Databases(postgres.url, name)
    return name


@pytest.fixture
async def database_url(template: str) -> AsyncIterator[str]:
    """The address of an empty, migrated database."""
    databases = _migrated[template]
    name = await databases.take()
    yield databases.address(name)
    await databases.give_back(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def bus(valkey: Child) -> AsyncIterator[Bus]:
    """An empty bus."""
    async with open_empty_bus(valkey.url) as opened:
        yield opened


@pytest.fixture
def road(database: Database, bus: Bus) -> Road:
    """The road on real servers, with the real clock."""
    return Road(database=database, bus=bus, now=lambda: datetime.now(UTC), desk=DeskSpec())
