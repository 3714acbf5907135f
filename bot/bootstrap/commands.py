"""What the smaller commands do."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bootstrap.models import find_trained
from bot.bootstrap.project import open_project
from bot.bootstrap.serving import EngineBuilder
from bot.bootstrap.stores import open_stores
from bot.bootstrap.training import get_models_folder
from bot.errors import ModelMissing, SettingsError
from bot.storage import models

if TYPE_CHECKING:
    from bot.engines.engine import Engine
    from bot.settings import Settings

_BENCH = "tests.bench.road"


@asynccontextmanager
async def open_engine(settings: Settings) -> AsyncIterator[Engine]:
    """Load the engine for a command, of the model that `find_archive` finds. Raises `ModelMissing`."""
    engine = await EngineBuilder(open_project(settings), settings).build(await find_archive(settings))
    try:
        yield engine
    finally:
        await engine.close()


async def find_archive(settings: Settings) -> bytes:
    """Return the archive of the model in service, else of the newest in `models/` that fits the project.

    Raises `ModelMissing` where there is neither.
    """
    released = await _get_released(settings)
    if released is not None:
        return released
    trained = find_trained(get_models_folder(settings), open_project(settings))
    if trained is None:
        raise ModelMissing("there is no model of these project files yet: run `visavis train`")
    return trained.path.read_bytes()


async def _get_released(settings: Settings) -> bytes | None:
    async with open_stores(settings, join=True) as stores, stores.database.read() as connection:
        release = await models.get_release(connection)
        return await models.get_archive(connection, release.model_id) if release else None


def run_bench(arguments: Sequence[str]) -> int:
    """Run the benchmark in a process of its own and return its exit code. Raises `SettingsError`."""
    if not Path(*_BENCH.split(".")).with_suffix(".py").is_file():
        raise SettingsError("the benchmark comes with the source: run this in a checkout of Visavis")
    return subprocess.run((sys.executable, "-m", _BENCH, *arguments), check=False).returncode  # noqa: S603 - our own module


def make_password() -> str:
    """Return a password nobody will guess."""
    return secrets.token_urlsafe(12)
