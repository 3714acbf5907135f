"""Training: here, or in a process of its own that can be stopped at once and gives its memory back."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.bootstrap.lessons import Report, TrainedModel, TrainingOptions, weigh_doubts
from bot.bootstrap.models import ARCHIVE_SUFFIX, read_trained, release_model, train_model
from bot.bootstrap.project import examine_project
from bot.bootstrap.stores import open_stores
from bot.bootstrap.vectors import find_vector_cache
from bot.bootstrap.writable import check_model_writable, try_to_write
from bot.embedded import telling_folder
from bot.errors import ModelError
from bot.nlu.progress import Progress, Stage

if TYPE_CHECKING:
    from bot.rasa_format.project import Project
    from bot.settings import Settings

_NICENESS = 10  # who answers customers comes first
_LONGEST_LINE = 2**26  # bytes; the last one holds an outcome for every example


def get_models_folder(settings: Settings) -> Path:
    """Return where models are written unless told otherwise."""
    return settings.project / "models"


def name_archive() -> str:
    """Return a file name for a model that is trained now."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}{ARCHIVE_SUFFIX}"


def train_here(
    settings: Settings, *, out: Path | None, report: Report, options: TrainingOptions | None = None
) -> TrainedModel:
    """Train on the project in this process.

    Raises `ProjectError`, `ActionError`, `ModelError`, `EmbeddedServerError`; `SettingsError` where real Rasa
    is to answer and is not there.
    """
    chosen = options or TrainingOptions()
    project, problems = examine_project(settings, with_actions=True)
    problems.raise_errors()
    weigh_doubts(problems.contradictions, chosen)  # `visavis check` tells the rest
    path = out or get_models_folder(settings) / name_archive()
    with telling_folder(settings.data):
        try_to_write(settings.data)
    check_model_writable(path)
    files = _train_rasa(project, settings, report) if project.engine.is_started_here else {}
    return train_model(project, path, cache=find_vector_cache(), report=report, seed=chosen.seed, files=files)


def _train_rasa(project: Project, settings: Settings, report: Report) -> dict[str, bytes]:
    """Train real Rasa first: where it is missing, or refuses the project, nothing else need be done."""
    # Not at the top: most never use it.
    from bot.bootstrap.rasa_engine import RASA_MODEL, open_installation  # noqa: PLC0415 - see above
    from bot.engines.rasa.training import train_rasa  # noqa: PLC0415 - see above

    installation = open_installation(settings, project)
    stage = Stage("rasa", report)
    stage(0, 1)
    model = train_rasa(installation)
    stage(1, 1)
    return {RASA_MODEL: model}


async def release_trained(settings: Settings, trained: TrainedModel, *, by: str) -> None:
    """Put a model into service wherever `settings` lead, and tell the processes that serve."""
    async with open_stores(settings, join=True) as stores:
        release_id = await release_model(stores.database, trained, by=by)
        await stores.bus.live.publish("release", None, digest=trained.digest, release_id=release_id)


async def train_in_child(out: Path, report: Report) -> TrainedModel:
    """Train in another process, with this one's environment; cancelling this stops it.

    Raises `ModelError` with the other process's sentence when it fails.
    """
    started = time.monotonic()
    command = (sys.executable, "-m", "bot", "train", "--json-progress", "--out", str(out))
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, limit=_LONGEST_LINE)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, child.pid, _NICENESS)
    try:
        assert child.stdout is not None
        assert child.stderr is not None
        complaint = asyncio.create_task(child.stderr.read())
        async for line in child.stdout:
            _pass_on(line, report)
        if await child.wait() != 0:
            raise ModelError(_last_sentence(await complaint))
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    trained = read_trained(out)
    return replace(trained, metrics={**trained.metrics, "seconds": round(time.monotonic() - started, 3)})


def _pass_on(line: bytes, report: Report) -> None:
    said: dict[str, Any] = json.loads(line)
    if said.keys() == {"stage", "done", "total"}:
        report(Progress(**said))


def _last_sentence(complaint: bytes) -> str:
    """Return what the command said at its end, which may be several lines, a mistake each."""
    _, _, said = f"\n{complaint.decode(errors='replace').strip()}".rpartition("\nvisavis: ")
    return said.strip() or "training stopped without a word"
