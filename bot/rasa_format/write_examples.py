"""Adds examples to training files, and takes them out, without disturbing anything else in them.

The file is edited as text, guided by where its parts stand. The result is parsed before it is
written: unless it says exactly one example more (or less) than before, the file is left alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.errors import BadPayload, ProjectError
from bot.rasa_format.escapes import clean_example
from bot.rasa_format.example_edits import additions, removals
from bot.rasa_format.fields import Reader
from bot.rasa_format.files import data_folder, list_training_files, relative_path
from bot.rasa_format.nlu_data import read_nlu
from bot.rasa_format.problem import Problems
from bot.rasa_format.text_edit import folder_lock, replace_file
from bot.rasa_format.yaml_reader import parse_yaml, read_yaml_file

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.example import Example
    from bot.rasa_format.nlu_data import NluContent
    from bot.rasa_format.nodes import MapNode

    Fact: TypeAlias = tuple[object, ...]

NEW_FILE = "taught.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A training file as it is now."""

    path: Path
    data: bytes
    root: MapNode
    content: NluContent


def find_file_for_intent(project_root: Path, intent: str) -> Path:
    """Return the training file with most examples of an intent, or where a new one should begin.

    Raises `ProjectError` when a training file cannot be read.
    """
    counts: Counter[Path] = Counter()
    for file in list_training_files(project_root):
        document = read_yaml_file(file, path=relative_path(project_root, file))
        examples = read_nlu([document], Reader(Problems())).examples
        counts[file] = sum(example.intent == intent for example in examples)
    if counts and counts.most_common(1)[0][1]:
        return counts.most_common(1)[0][0]
    folder = data_folder(project_root) or project_root / "nlu_data"
    return (folder / "nlu" if (folder / "nlu").is_dir() else folder) / NEW_FILE


def add_example(path: Path, intent: str, text: str) -> None:
    """Append an example to an intent's block, or to a new block at the end of the file.

    Raises `BadPayload` when nothing of the text can be an example, `ProjectError` when the file has
    a mistake or is written in a way that cannot be edited; it is then as it was.
    """
    clean = clean_example(text)
    if not clean:
        raise BadPayload("Nothing is left of this text that could be an example.")
    if not intent.strip() or clean_example(intent) != intent:
        raise BadPayload(f"`{intent}` cannot be the name of an intent.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_lock(path.parent):
        file = _read(path)
        wanted = _facts(file.content) + Counter([_example_fact(intent, clean)])
        for edited in additions(file.data, file.root, intent, clean):
            if _says(edited, file, wanted):
                replace_file(path, edited)
                return
    raise ProjectError(
        path, None, f"This file cannot be edited safely. Add by hand under `{intent}`: - {clean}"
    )


def remove_example(path: Path, intent: str, text: str) -> None:
    """Take out the last example of an intent with this text; its block too when nothing else is in it.

    Raises `BadPayload` when there is none, `ProjectError` as `add_example` does.
    """
    clean = clean_example(text)
    with folder_lock(path.parent):
        file = _read(path)
        found = [
            example for example in file.content.examples if (example.intent, example.text) == (intent, clean)
        ]
        if not found:
            raise BadPayload(f'"{clean}" is no example of `{intent}` in this file.')
        wanted = _facts(file.content) - Counter([_fact(found[-1])])
        for edited in removals(file.data, file.root, found[-1]):
            if _says(edited, file, wanted):
                replace_file(path, edited)
                return
    raise ProjectError(
        path, None, f"This file cannot be edited safely. Delete by hand under `{intent}`: - {clean}"
    )


def _read(path: Path) -> _File:
    data = path.read_bytes() if path.exists() else b""
    root = parse_yaml(data, path=path.name)
    problems = Problems()
    content = read_nlu([root], Reader(problems))
    problems.raise_first_error()
    return _File(path=path, data=data, root=root, content=content)


def _says(edited: bytes, file: _File, wanted: Counter[Fact]) -> bool:
    """Tell whether an edited file says what is wanted, and the same as before in all else."""
    problems = Problems()
    try:
        root = parse_yaml(edited, path=file.path.name)
        content = read_nlu([root], Reader(problems))
        problems.raise_first_error()
    except ProjectError:
        return False
    return _facts(content) == wanted and _rest(root) == _rest(file.root)


def _facts(content: NluContent) -> Counter[Fact]:
    facts = Counter(_fact(example) for example in content.examples)
    facts.update(("regex", pattern.name, pattern.patterns) for pattern in content.regexes)
    facts.update(("lookup", pattern.name, pattern.patterns) for pattern in content.lookups)
    facts.update(("synonym", text, canonical) for text, canonical, _ in content.synonyms)
    return facts


def _fact(example: Example) -> Fact:
    return ("example", example.intent, example.text, example.entities)


def _example_fact(intent: str, text: str) -> Fact:
    return ("example", intent, text, ())


def _rest(root: MapNode) -> object:
    return {key: entry.node.plain for key, entry in root.entries.items() if key not in ("nlu", "version")}
