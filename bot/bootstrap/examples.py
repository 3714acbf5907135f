"""What commands take from files that are named to them: examples, pipelines, and models."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.pipeline import PipelineSpec
from bot.errors import ModelError
from bot.nlu.archive import read_archive
from bot.nlu.model import NLU_FOLDER, NluModel
from bot.rasa_format.checks.examples import check_examples
from bot.rasa_format.nlu_data import build_training_data
from bot.rasa_format.nlu_files import read_nlu_files, read_pipeline_file
from bot.rasa_format.problem import Problems
from bot.settings import get_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.example import TrainingData
    from bot.rasa_format.nlu_data import NluContent


def read_examples(path: Path) -> TrainingData:
    """Read Rasa NLU YAML: a file, or the files of a folder and the folders in it.

    Every example knows its file and line. Raises `ProjectError` with all mistakes, a line each; warnings
    stop nothing.
    """
    content, problems = examine_examples(path)
    problems.raise_errors()
    return build_training_data(content)


def examine_examples(path: Path) -> tuple[NluContent, Problems]:
    """Read the same, with all that is wrong or doubtful about it."""
    problems = Problems()
    content = read_nlu_files(path, get_environment(), problems)
    check_examples(content, problems)
    return content, problems


def read_pipeline(config: Path | None, problems: Problems) -> PipelineSpec:
    """Read the pipeline of a `config.yml`; None: the default one.

    The folder of an encoder is looked for beside the file. What comes of it names the folder as a whole, so
    that a model of it can be read from anywhere.
    """
    if config is None:
        return PipelineSpec()
    pipeline = read_pipeline_file(config, get_environment(), problems)
    encoder = pipeline.encoder
    if encoder is None:
        return pipeline
    folder = (config.parent / Path(encoder.model).expanduser()).resolve()
    if not encoder.model or not folder.is_dir():  # a name on the hub, or a mistake: told where it is opened
        return pipeline
    return replace(pipeline, encoder=replace(encoder, model=str(folder)))


def read_nlu_model(path: Path) -> NluModel:
    """Read the understanding of a model archive, that of a project or of `train --nlu`.

    Raises `ModelMissing`, `ModelDamaged`, or `ModelError` for what another version wrote.
    """
    with naming_model(path):
        return NluModel.from_files(read_archive(path).get_folder(NLU_FOLDER))


@contextmanager
def naming_model(path: Path) -> Iterator[None]:
    """Say of which file a model cannot be used."""
    try:
        yield
    except ModelError as error:
        if str(path) in str(error):
            raise
        raise type(error)(f"{path}: {error}") from error
