"""The data doctor, on the project's examples or on files that are named to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.bootstrap.examples import examine_examples
from bot.bootstrap.lessons import SEED
from bot.bootstrap.project import open_project
from bot.bootstrap.vectors import find_vector_cache
from bot.nlu.doctor.diagnose import diagnose
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import open_encoder
from bot.nlu.encoders import open_chosen_encoder
from bot.rasa_format.nlu_data import build_training_data

if TYPE_CHECKING:
    from pathlib import Path

    from bot.bootstrap.lessons import Report
    from bot.domain.example import TrainingData
    from bot.nlu.doctor.diagnosis import Diagnosis
    from bot.rasa_format.nlu_data import NluContent
    from bot.settings import Settings


def diagnose_project(settings: Settings, *, report: Report) -> Diagnosis:
    """Look at the project's examples. Raises `ProjectError`, `ModelError`."""
    project = open_project(settings)
    encoder = open_chosen_encoder(project.pipeline.encoder, project.root)
    embedder = Embedder(encoder, find_vector_cache())
    return diagnose(_keep_repeats(project.nlu), embedder=embedder, seed=SEED, progress=report)


def diagnose_files(nlu: Path, *, report: Report) -> Diagnosis:
    """Look at a file or folder of Rasa NLU YAML. Raises `ProjectError`, `ModelError`."""
    content, problems = examine_examples(nlu)
    problems.raise_errors()
    embedder = Embedder(open_encoder(), find_vector_cache())
    return diagnose(_keep_repeats(content), embedder=embedder, seed=SEED, progress=report)


def _keep_repeats(content: NluContent) -> TrainingData:
    """Return what training reads, with the repeated examples that it leaves out."""
    return replace(build_training_data(content), examples=content.examples)
