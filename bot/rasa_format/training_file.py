"""A training file that is to be edited: what it says now, and whether an edited one says what it should."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.errors import ProjectError
from bot.rasa_format.fields import Reader
from bot.rasa_format.nlu_data import read_nlu
from bot.rasa_format.problem import Problems
from bot.rasa_format.text_edit import replace_file
from bot.rasa_format.yaml_reader import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.domain.example import Example
    from bot.domain.triage_example import TriageExample
    from bot.rasa_format.nlu_data import NluContent
    from bot.rasa_format.nodes import MapNode

    Fact: TypeAlias = tuple[object, ...]

_READ = ("nlu", "triage", "version")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFile:
    """A training file as it is now; one that is not there is empty."""

    path: Path
    data: bytes
    root: MapNode
    content: NluContent


def read_training_file(path: Path) -> TrainingFile:
    """Read a file. Raises `ProjectError` when it has a mistake."""
    data = path.read_bytes() if path.exists() else b""
    root, content = _parse(data, path.name)
    return TrainingFile(path=path, data=data, root=root, content=content)


def replace_with_first(file: TrainingFile, edits: Iterable[bytes], wanted: Counter[Fact]) -> bool:
    """Write the first of `edits` that says what is wanted, and the same as before in all else.

    Returns False, and leaves the file as it is, when there is none.
    """
    for edited in edits:
        if _says(edited, file, wanted):
            replace_file(file.path, edited)
            return True
    return False


def facts_of(content: NluContent) -> Counter[Fact]:
    """Return what a file teaches, each fact as often as it stands there."""
    facts = Counter(example_fact(example) for example in content.examples)
    facts.update(map(post_fact, content.triage))
    facts.update(("regex", pattern.name, pattern.patterns) for pattern in content.regexes)
    facts.update(("lookup", pattern.name, pattern.patterns) for pattern in content.lookups)
    facts.update(("synonym", text, canonical) for text, canonical, _ in content.synonyms)
    return facts


def example_fact(example: Example) -> Fact:
    """Return what an example teaches, wherever it stands."""
    return ("example", example.intent, example.text, example.entities)


def post_fact(post: TriageExample) -> Fact:
    """Return what a post teaches, wherever it stands."""
    return ("post", post.text, post.sector, post.complaint, post.urgent, post.mood)


def _parse(data: bytes, name: str) -> tuple[MapNode, NluContent]:
    problems = Problems()
    root = parse_yaml(data, path=name)
    content = read_nlu([root], Reader(problems))
    problems.raise_first_error()
    return root, content


def _says(edited: bytes, file: TrainingFile, wanted: Counter[Fact]) -> bool:
    try:
        root, content = _parse(edited, file.path.name)
    except ProjectError:
        return False
    return facts_of(content) == wanted and _rest(root) == _rest(file.root)


def _rest(root: MapNode) -> object:
    return {key: entry.node.plain for key, entry in root.entries.items() if key not in _READ}
