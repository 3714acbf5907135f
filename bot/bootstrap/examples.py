"""What commands take from files that are named to them: examples, and models."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.nlu.archive import read_archive
from bot.nlu.model import NLU_FOLDER, NluModel
from bot.rasa_format.checks.examples import check_examples
from bot.rasa_format.nlu_data import build_training_data
from bot.rasa_format.nlu_files import read_nlu_files
from bot.rasa_format.problem import Problems
from bot.settings import get_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
