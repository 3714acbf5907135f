"""Rasa's test stories: which files hold them, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.errors import ProjectError
from bot.rasa_format.fields import Reader
from bot.rasa_format.files import check_version
from bot.rasa_format.imported import walk_yaml_files
from bot.rasa_format.nodes import MapNode
from bot.rasa_format.problem import Problems
from bot.rasa_format.stories import read_test_stories
from bot.rasa_format.variables import expand_map
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.dialogue.spec import StorySpec

TEST_PREFIX = "test_"
_FOLDERS = ("tests", "data", "nlu_data")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFile:
    """The stories of one file. `path` is what reports call it."""

    path: str
    stories: tuple[StorySpec, ...]


def read_story_tests(root: Path, path: Path | None, environment: Mapping[str, str]) -> tuple[StoryFile, ...]:
    """Read the test stories of a file, or of the `test_*.yml` in a folder and the folders in it.

    Without `path` those of the project in `root`. Raises `ProjectError` with all mistakes, a line each, also
    when there are none.
    """
    problems = Problems()
    reader = Reader(problems)
    read = tuple(_read(file, environment, reader) for file in _find(root, path))
    problems.raise_errors()
    found = tuple(each for each in read if each.stories)
    if not found:
        where = str(path) if path else "tests/"
        raise ProjectError(
            where, None, "There are no test stories: no `stories:` in files called `test_….yml`."
        )
    return found


def _find(root: Path, path: Path | None) -> list[Path]:
    if path is not None and not path.exists():
        raise ProjectError(str(path), None, "There is no such file or folder.")
    if path is not None and path.is_file():
        return [path]
    folders = [path] if path is not None else [root / name for name in _FOLDERS if (root / name).is_dir()]
    files = [file for folder in folders for file in walk_yaml_files(folder)]
    return [file for file in files if file.name.startswith(TEST_PREFIX)]


def _read(file: Path, environment: Mapping[str, str], reader: Reader) -> StoryFile:
    path = str(file)
    try:
        document = read_yaml_file(file, path=path)
    except ProjectError as error:
        reader.error(Source(path=path, line=error.line or 0), error.problem)
        document = MapNode(source=Source(path=path, line=0))
    check_version(document, reader)
    stories = read_test_stories([expand_map(document, environment, reader.problems)], reader)
    return StoryFile(path=path, stories=stories)
