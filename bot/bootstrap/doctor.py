"""The data doctor, on the project's examples or on files that are named to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import platformdirs

from bot.bootstrap.examples import read_examples
from bot.bootstrap.lessons import SEED
from bot.bootstrap.project import open_project
from bot.nlu.doctor.diagnose import diagnose
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import open_encoder

if TYPE_CHECKING:
    from pathlib import Path

    from bot.bootstrap.lessons import Report
    from bot.domain.example import TrainingData
    from bot.nlu.doctor.diagnosis import Diagnosis
    from bot.settings import Settings


def diagnose_project(settings: Settings, *, report: Report) -> Diagnosis:
    """Look at the project's examples. Raises `ProjectError`, `ModelError`."""
    return _diagnose(open_project(settings).training, settings.data / "cache", report)


def diagnose_files(nlu: Path, *, report: Report) -> Diagnosis:
    """Look at a file or folder of Rasa NLU YAML. Raises `ProjectError`, `ModelError`."""
    return _diagnose(read_examples(nlu), platformdirs.user_cache_path("visavis", appauthor=False), report)


def _diagnose(data: TrainingData, cache: Path, report: Report) -> Diagnosis:
    """Sentence vectors are shared with training, in either of its caches."""
    return diagnose(data, embedder=Embedder(open_encoder(), cache), seed=SEED, progress=report)
