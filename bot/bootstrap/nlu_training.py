"""Training of understanding alone: from NLU files, without a project around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bootstrap.examples import examine_examples
from bot.bootstrap.lessons import Lesson, train_lesson, weigh_doubts
from bot.bootstrap.vectors import find_vector_cache
from bot.bootstrap.writable import check_model_writable
from bot.domain.pipeline import PipelineSpec
from bot.rasa_format.nlu_data import build_training_data
from bot.rasa_format.nlu_files import read_pipeline_file
from bot.rasa_format.project import digest_lesson
from bot.settings import get_environment

if TYPE_CHECKING:
    from pathlib import Path

    from bot.bootstrap.lessons import Report, TrainedModel, TrainingOptions


def train_on_files(
    nlu: Path, out: Path, *, config: Path | None, report: Report, options: TrainingOptions
) -> TrainedModel:
    """Train on a file or folder of Rasa NLU YAML, with the pipeline of `config` (None: the default one).

    Vectors of sentences are kept in the user's cache folder. Raises `ProjectError`, `ModelError`.
    """
    content, problems = examine_examples(nlu)
    pipeline = PipelineSpec() if config is None else read_pipeline_file(config, get_environment(), problems)
    problems.raise_errors()
    weigh_doubts(problems.warnings, options)
    check_model_writable(out)
    training = build_training_data(content)
    lesson = Lesson(training=training, pipeline=pipeline, data_digest=digest_lesson(training, pipeline))
    return train_lesson(lesson, out, cache=find_vector_cache(), report=report, seed=options.seed)
