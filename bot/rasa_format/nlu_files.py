"""NLU training files by themselves: one file or a folder of them, no project around."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.errors import ProjectError
from bot.rasa_format.config_file import read_config
from bot.rasa_format.fields import Reader
from bot.rasa_format.files import check_version
from bot.rasa_format.imported import walk_yaml_files
from bot.rasa_format.json_reader import NLU_JSON_KEY, read_json_file
from bot.rasa_format.nlu_data import NluContent, read_nlu
from bot.rasa_format.nodes import ListNode, MapNode, Node
from bot.rasa_format.old_formats import find_nlu_json, find_old_formats, name_old_format
from bot.rasa_format.variables import expand_map
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.domain.pipeline import PipelineSpec
    from bot.rasa_format.problem import Problems


def read_nlu_files(path: Path, environment: Mapping[str, str], problems: Problems) -> NluContent:
    """Read `nlu:` and `triage:` of a YAML file, or of all those in a folder and the folders in it, by path.

    Other parts of the files are left alone. Problems call a file what the caller calls it. A file in an
    old format of Rasa is an error, and so is a path where nothing teaches anything.
    """
    reader = Reader(problems)
    documents = [_read(file, environment, reader) for file in _find_files(path, reader)]
    content = read_nlu(documents, reader)
    if not content.examples and not problems.errors:
        reader.error(_whole(path), "There are no examples here. Write some under `nlu:` in YAML files.")
    return content


def read_pipeline_file(path: Path, environment: Mapping[str, str], problems: Problems) -> PipelineSpec:
    """Read the pipeline of a `config.yml`; what else stands in it is left alone."""
    reader = Reader(problems)
    document = _read_document(path, reader)
    kept = {key: entry for key, entry in document.entries.items() if key in ("language", "pipeline")}
    return read_config(expand_map(replace(document, entries=kept), environment, problems), reader).pipeline


def _find_files(path: Path, reader: Reader) -> list[Path]:
    if not path.exists():
        reader.error(_whole(path), "There is no such file or folder.")
        return []
    if path.is_dir():
        for file in find_old_formats(path):
            reader.error(_whole(file), name_old_format(file))
        return sorted((*walk_yaml_files(path), *find_nlu_json(path)))
    problem = name_old_format(path)
    if problem:
        reader.error(_whole(path), problem)
    return [] if problem else [path]


def _read(file: Path, environment: Mapping[str, str], reader: Reader) -> MapNode:
    document = _read_document(file, reader)
    taught = {key: entry for key, entry in document.entries.items() if _teaches(key, entry.node)}
    if not taught:  # a domain, stories: nothing to learn from, nothing to complain about
        return document
    check_version(document, reader)
    return expand_map(replace(document, entries=taught), environment, reader.problems)


def _teaches(key: str, node: Node) -> bool:
    """Tell whether a part of a file holds examples; `triage:` of a `config.yml` holds none."""
    return (key in ("nlu", NLU_JSON_KEY) and node.plain is not None) or (
        key == "triage" and isinstance(node, ListNode)
    )


def _read_document(file: Path, reader: Reader) -> MapNode:
    """Read a file; one that cannot be read is a problem and reads as empty."""
    try:
        read = read_json_file if file.suffix == ".json" else read_yaml_file
        return read(file, path=str(file))
    except ProjectError as error:
        reader.error(Source(path=str(file), line=error.line or 0), error.problem)
        return MapNode(source=_whole(file))


def _whole(path: Path) -> Source:
    return Source(path=str(path), line=0)
