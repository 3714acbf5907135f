"""Projects that others are put together from: `imports:` in `config.yml`, for Rasa's MultiProjectImporter.

Each named folder brings its domain files and training files, and the imports of a `config.yml` in it. What
they say counts where the project's own domain does not say it. Their other settings are not read, as in Rasa.
A file of theirs with examples brings its stories and rules, too; Rasa overlooks these there.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.errors import ProjectError
from bot.rasa_format.nodes import ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG_FILE = "config.yml"
IMPORTER = "MultiProjectImporter"
_ENDINGS = (".yml", ".yaml")
_OF_DOMAIN = re.compile(
    rb"^(intents|entities|slots|forms|actions|e2e_actions|session_config)\s*:", re.MULTILINE
)
_OF_TRAINING = re.compile(rb"^\s*(nlu|responses|stories|rules|triage)\s*:", re.MULTILINE)
_OF_CONFIG = re.compile(rb"^imports\s*:", re.MULTILINE)


@dataclass(slots=True)
class Imported:
    """The files that come from imported projects, in order, and what named none."""

    domain: list[Path] = field(default_factory=list)
    training: list[Path] = field(default_factory=list)
    configs: list[Path] = field(default_factory=list)
    missed: list[tuple[Source, str]] = field(default_factory=list)


def find_imported(root: Path) -> Imported:
    """Return what a project imports; nothing where its config does not name Rasa's importer for it."""
    found = Imported()
    file = root / CONFIG_FILE
    config = _read(file, CONFIG_FILE) if IMPORTER.encode() in _content(file) else None
    if config is not None and IMPORTER in importers_of(config):
        _follow(config, root, root, found, set())
    return found


def importers_of(config: MapNode) -> list[str]:
    """Return the names of a config's importers."""
    named = (item.get("name") for item in _items(config.get("importers")) if isinstance(item, MapNode))
    return [str(name.value) for name in named if isinstance(name, ScalarNode)]


def walk_yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files below a folder; links are followed, each folder once."""
    found: list[Path] = []
    seen: set[str] = set()
    for name, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(name)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        found += (folder / os.path.relpath(name, folder) / file for file in files if file.endswith(_ENDINGS))
    return sorted(found)


def _follow(config: MapNode, folder: Path, root: Path, found: Imported, seen: set[Path]) -> None:
    for source, name in _imports(config):
        place = Path(os.path.normpath(folder / name))
        if os.path.relpath(place, root).startswith(os.pardir):
            found.missed.append((source, f"`{name}` lies outside this folder and is not read. Copy it here."))
        elif not place.is_dir():
            found.missed.append((source, f"There is no folder `{name}` to import."))
        elif not any(place.is_relative_to(known) for known in seen):
            seen.add(place)
            _take(place, root, found, seen)


def _take(place: Path, root: Path, found: Imported, seen: set[Path]) -> None:
    for file in walk_yaml_files(place):
        if file in seen:
            continue
        seen.add(file)
        content = _content(file)
        if _OF_DOMAIN.search(content):
            found.domain.append(file)
        elif _OF_TRAINING.search(content):
            is_test = file.name.startswith("test_") and b"stories:" in content
            found.training += [] if is_test else [file]
        elif _OF_CONFIG.search(content):
            found.configs.append(file)
            config = _read(file, file.relative_to(root).as_posix())
            if config is not None:
                _follow(config, file.parent, root, found, seen)


def _imports(config: MapNode) -> Iterator[tuple[Source, str]]:
    for item in _items(config.get("imports")):
        if isinstance(item, ScalarNode) and isinstance(item.value, str):
            yield item.source, item.value


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else ()


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _read(file: Path, path: str) -> MapNode | None:
    try:
        return read_yaml_file(file, path=path)
    except ProjectError:
        return None  # whoever reads the config says what is wrong
