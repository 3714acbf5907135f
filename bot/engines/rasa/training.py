"""Training a model of real Rasa from a project's files."""

from __future__ import annotations

import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.engines.rasa.project_copy import copy_project
from bot.errors import ModelError

if TYPE_CHECKING:
    from bot.engines.rasa.installation import Installation

log = structlog.get_logger(__name__)

LIMIT = timedelta(hours=6)
_LOOK_EVERY = 0.2
_TELL_EVERY = 30.0
_TAIL_BYTES = 20_000


def train_rasa(installation: Installation, *, limit: timedelta = LIMIT) -> bytes:
    """Train and return Rasa's model archive. Blocks for seconds to hours.

    Rasa sees a copy. It is stopped when this is, or when it takes longer than `limit`. Raises `ModelError`
    with what Rasa said last, `ProjectError` where there is nothing to train from.
    """
    with tempfile.TemporaryDirectory(prefix="visavis-rasa-") as name:
        folder = Path(name)
        copied = copy_project(installation.project, folder)
        output = folder / "train.log"
        words = ("train", "--domain", copied.domain, "--data", copied.data, "--out", "models")
        # Our own check has looked at the project; Rasa's would read everything twice.
        options = ("--fixed-model-name", "model", "--skip-validation")
        process = installation.run((*words, *options), folder=folder, log=output)
        try:
            _watch(process, limit)
        finally:
            _end(process)
        model = folder / "models" / "model.tar.gz"
        if process.returncode != 0 or not model.exists():
            raise ModelError(f"real Rasa did not train: {explain(_tail(output))}")
        return model.read_bytes()


def _watch(process: subprocess.Popen[bytes], limit: timedelta) -> None:
    begun = told = time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        if now - begun > limit.total_seconds():
            raise ModelError(f"real Rasa was still training after {limit}, and was stopped")
        if now - told > _TELL_EVERY:
            told = now
            log.info("Rasa is still training", seconds=round(now - begun))
        time.sleep(_LOOK_EVERY)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


def _tail(output: Path) -> str:
    return output.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")


def explain(output: str) -> str:
    """Return the sentence in which a program of Rasa's says why it ended.

    That is the last line of a traceback, `module.Error: why`, with the lines that belong to it, or else the
    last line of all.
    """
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    for place in range(len(lines) - 1, -1, -1):
        head = lines[place].partition(":")[0]
        if head.rpartition(".")[2].isidentifier() and head.endswith(
            ("Error", "Exception", "Domain", "Format")
        ):
            return " ".join(line.strip() for line in lines[place:])[:2_000]
    return lines[-1].strip() if lines else "it said nothing"
