"""Training of understanding alone: from NLU files, without a project around them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.bootstrap.examples import examine_examples, read_pipeline
from bot.bootstrap.lessons import Lesson, train_lesson, weigh_doubts
from bot.bootstrap.vectors import find_vector_cache
from bot.bootstrap.writable import check_model_writable
from bot.rasa_format.nlu_data import build_training_data
from bot.rasa_format.project import digest_lesson

if TYPE_CHECKING:
    from bot.bootstrap.lessons import Report, TrainedModel, TrainingOptions


def train_on_files(
    nlu: Path, out: Path, *, config: Path | None, report: Report, options: TrainingOptions
) -> TrainedModel:
    """Train on a file or folder of Rasa NLU YAML, with the pipeline of `config` (None: the default one).

    The path of an encoder begins at the folder of `config`. Vectors of sentences are kept in the user's cache
    folder. Raises `ProjectError`, `ModelError`.
    """
    content, problems = examine_examples(nlu)
    pipeline = read_pipeline(config, problems)
    problems.raise_errors()
    weigh_doubts(problems.warnings, options)
    check_model_writable(out)
    training = build_training_data(content)
    lesson = Lesson(
        training=training,
        pipeline=pipeline,
        data_digest=digest_lesson(training, pipeline),
        root=config.parent if config else Path(),
    )
    return train_lesson(lesson, out, cache=find_vector_cache(), report=report, seed=options.seed)
