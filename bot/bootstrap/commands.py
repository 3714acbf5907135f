"""What the smaller commands do."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.bootstrap.models import find_trained
from bot.bootstrap.project import open_project
from bot.bootstrap.serving import EngineBuilder
from bot.bootstrap.stores import open_stores
from bot.bootstrap.training import get_models_folder
from bot.errors import ModelMissing, SettingsError
from bot.nlu.parse_json import render_parse
from bot.storage import models

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.engines.engine import Engine
    from bot.settings import Settings

_BENCH = "tests.bench.road"


@asynccontextmanager
async def open_engine(settings: Settings) -> AsyncIterator[Engine]:
    """Load the engine for a command: of the model in service, else of the newest in `models/`.

    Raises `ModelMissing` where there is neither.
    """
    project = open_project(settings)
    archive = await _get_released(settings)
    if archive is None:
        trained = find_trained(get_models_folder(settings), project)
        if trained is None:
            raise ModelMissing("there is no model of these project files yet: run `visavis train`")
        archive = trained.path.read_bytes()
    engine = await EngineBuilder(project).build(archive)
    try:
        yield engine
    finally:
        await engine.close()


async def _get_released(settings: Settings) -> bytes | None:
    async with open_stores(settings, join=True) as stores, stores.database.read() as connection:
        release = await models.get_release(connection)
        return await models.get_archive(connection, release.model_id) if release else None


async def parse_one(settings: Settings, text: str) -> str:
    """Return what the model understands of a text, as Rasa's parse JSON on several lines."""
    async with open_engine(settings) as engine:
        return _dump(render_parse(await engine.parse(text)), indent=2)


async def parse_lines(settings: Settings, lines: Iterable[str], out: TextIO) -> None:
    """Write Rasa's parse JSON for each line that is not empty. Raises `SettingsError` naming a bad line."""
    async with open_engine(settings) as engine:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                understanding = await engine.parse(_read_line(line.strip(), number))
                out.write(_dump(render_parse(understanding)) + "\n")
                out.flush()


def _read_line(line: str, number: int) -> str:
    """Return a line's text: the line itself, or `text` of the JSON object that it is."""
    if not line.startswith("{"):
        return line
    try:
        said = json.loads(line)
    except ValueError:
        return line  # somebody who writes a brace
    if not isinstance(said.get("text"), str):
        raise SettingsError(f'line {number}: a JSON line looks like {{"text": "…"}}')
    return str(said["text"])


def _dump(value: JsonObject, *, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def run_bench(arguments: Sequence[str]) -> int:
    """Run the benchmark in a process of its own and return its exit code. Raises `SettingsError`."""
    if not Path(*_BENCH.split(".")).with_suffix(".py").is_file():
        raise SettingsError("the benchmark comes with the source: run this in a checkout of Visavis")
    return subprocess.run((sys.executable, "-m", _BENCH, *arguments), check=False).returncode  # noqa: S603 - our own module


def make_password() -> str:
    """Return a password nobody will guess."""
    return secrets.token_urlsafe(12)
