"""Finds and reads the files of a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.errors import ProjectError
from bot.rasa_format.credentials import CREDENTIALS_FILE, read_credentials
from bot.rasa_format.domain_merge import LISTS, MAPS
from bot.rasa_format.imported import CONFIG_FILE, find_imported, walk_yaml_files
from bot.rasa_format.json_reader import NLU_JSON_KEY, read_json_file
from bot.rasa_format.nodes import MapNode, ScalarNode
from bot.rasa_format.old_formats import find_nlu_json, find_old_formats, name_old_format
from bot.rasa_format.variables import expand_map
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from bot.rasa_format.fields import Reader

DOMAIN_FILE = "domain.yml"
DOMAIN_FOLDER = "domain"
DATA_FOLDERS = ("nlu_data", "data")  # ours, then Rasa's; the first that is there counts
TRAINING_KEYS = ("nlu", "responses", "stories", "rules", "triage")  # Rasa's, then ours
_BEGINNINGS = tuple(f"{key}:".encode() for key in TRAINING_KEYS)
_NEWEST_VERSION = (3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFiles:
    """The files as trees, their variables filled in (but not those of channels).

    `credentials` are the channels of Rasa's `credentials.yml`; None where that file or its project has none.
    """

    config: MapNode
    credentials: MapNode | None
    domain: tuple[MapNode, ...]
    training: tuple[MapNode, ...]


def read_project_files(root: Path, environment: Mapping[str, str], reader: Reader) -> ProjectFiles:
    """Read everything; a file that is missing or broken is a problem and reads as empty."""
    config = _read(root, root / CONFIG_FILE, environment, reader)
    for source, text in find_imported(root).missed:
        reader.warn(source, text)
    domain = [_read(root, file, environment, reader) for file in _domain_files(root, reader)]
    training = [_read_training(root, file, environment, reader) for file in _training_files(root, reader)]
    for document in (*domain, *training):
        check_version(document, reader)
    for document in training:
        reader.check_keys(document, (*TRAINING_KEYS, NLU_JSON_KEY, "version"), "a training file")
    credentials = None if "channels" in config.entries else _read_credentials(root, reader)
    return ProjectFiles(
        config=config, credentials=credentials, domain=tuple(domain), training=tuple(training)
    )


def _read_credentials(root: Path, reader: Reader) -> MapNode | None:
    """Read Rasa's channels; the file's variables are filled in with those of all channels."""
    file = root / CREDENTIALS_FILE
    if not file.exists():
        return None
    try:
        return read_credentials(read_yaml_file(file, path=CREDENTIALS_FILE), reader)
    except ProjectError as error:
        reader.error(Source(path=CREDENTIALS_FILE, line=error.line or 0), error.problem)
        return None


def list_training_files(root: Path) -> list[Path]:
    """Return the YAML files of `nlu_data/` and the folders in it, sorted by path, and those it imports."""
    folder = data_folder(root)
    own = [] if folder is None else walk_yaml_files(folder)
    return list(dict.fromkeys((*own, *find_imported(root).training)))


def data_folder(root: Path) -> Path | None:
    """Return the folder of training files."""
    return next((root / name for name in DATA_FOLDERS if (root / name).is_dir()), None)


def is_domain_content(content: Collection[str]) -> bool:
    """Tell whether a file with these keys is part of a domain, as Rasa tells it."""
    return any(key in content for key in (*LISTS, *MAPS, "session_config", "templates"))


def relative_path(root: Path, file: Path) -> str:
    """Return what problems call a file: its path inside the project."""
    return file.relative_to(root).as_posix()


def _read(root: Path, file: Path, environment: Mapping[str, str], reader: Reader) -> MapNode:
    path = relative_path(root, file)
    read = read_json_file if file.suffix == ".json" else read_yaml_file
    try:
        document = read(file, path=path)
    except ProjectError as error:
        reader.error(Source(path=path, line=error.line or 0), error.problem)
        reader.problems.unreadable.add(path)
        return MapNode(source=Source(path=path, line=0))
    return expand_map(document, environment, reader.problems, leave=frozenset({"channels"}))


def _read_training(root: Path, file: Path, environment: Mapping[str, str], reader: Reader) -> MapNode:
    """Read a training file. One that is broken but holds nothing of ours may be meant for another tool."""
    if file.suffix == ".json" or _is_ours(file):
        return _read(root, file, environment, reader)
    path = relative_path(root, file)
    try:
        return read_yaml_file(file, path=path)
    except ProjectError as error:
        text = f"Left out: no line here begins with `nlu:`, `stories:` or `rules:`. {error.problem}"
        reader.warn(Source(path=path, line=error.line or 0), text)
        return MapNode(source=Source(path=path, line=0))


def _is_ours(file: Path) -> bool:
    """Tell whether a file is training data as Rasa tells it: by what its lines begin with, at any indent."""
    try:
        return any(line.lstrip().startswith(_BEGINNINGS) for line in file.read_bytes().splitlines())
    except OSError:
        return True  # whoever reads it says what is wrong


def list_domain_files(root: Path) -> list[Path]:
    """Return `domain.yml`, or without it the YAML files of `domain/`, and then those it imports."""
    file, folder = root / DOMAIN_FILE, root / DOMAIN_FOLDER
    own = [file] if file.exists() or not folder.is_dir() else walk_yaml_files(folder)
    return list(dict.fromkeys((*own, *find_imported(root).domain)))


def _domain_files(root: Path, reader: Reader) -> list[Path]:
    files = list_domain_files(root)
    if files[:1] == [root / DOMAIN_FILE] and files[0].exists() and (root / DOMAIN_FOLDER).is_dir():
        text = f"The folder `{DOMAIN_FOLDER}/` is not read beside this file. Move one into the other."
        reader.warn(Source(path=DOMAIN_FILE, line=0), text)
    if not files:
        text = "There is no .yml file in this folder. Write the domain into one."
        reader.error(Source(path=f"{DOMAIN_FOLDER}/", line=0), text)
    return files


def _training_files(root: Path, reader: Reader) -> list[Path]:
    files = list_training_files(root)
    folder = data_folder(root)
    if folder is not None:
        files = sorted((*files, *find_nlu_json(folder)))
        for file in find_old_formats(folder):
            reader.warn(Source(path=relative_path(root, file), line=0), name_old_format(file))
    if not files:
        text = "There are no training files. Create the folder with `nlu:` and `rules:` in .yml files."
        reader.error(Source(path=f"{DATA_FOLDERS[0]}/", line=0), text)
        reader.problems.unreadable.add(DATA_FOLDERS[0])
    return files


def check_version(document: MapNode, reader: Reader) -> None:
    """Tell of a `version:` that Rasa would refuse, or that is newer than what is known here."""
    node = document.get("version")
    if node is None:
        return
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        reader.error(node.source, 'The version should be in quotes: `version: "3.1"`.')
        return
    parts = node.value.strip("\"' ").split(".")
    if not all(part.isdecimal() for part in parts):
        reader.warn(node.source, f'`{node.value}` is no version. Write `version: "3.1"`.')
    elif tuple(int(part) for part in parts)[:2] > _NEWEST_VERSION:
        reader.error(
            node.source, f'Files of version {node.value} cannot be read. Write them as `version: "3.1"`.'
        )
