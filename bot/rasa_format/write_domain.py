"""Adds an intent to the domain, and takes it out, without disturbing anything else in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import BadPayload, Conflict, ProjectError
from bot.rasa_format.domain_merge import name_of
from bot.rasa_format.escapes import encode_for
from bot.rasa_format.example_edits import quote_name
from bot.rasa_format.files import list_domain_files, relative_path
from bot.rasa_format.known import items
from bot.rasa_format.text_edit import Lines, folder_lock, replace_file
from bot.rasa_format.yaml_reader import parse_yaml, read_yaml_file

if TYPE_CHECKING:
    from pathlib import Path

    from bot.rasa_format.nodes import MapNode, Node

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")


def find_domain_file(project_root: Path) -> Path:
    """Return the domain file that lists most intents. Raises `ProjectError`."""
    counts = {
        file: len(_intents(read_yaml_file(file, path=relative_path(project_root, file))))
        for file in list_domain_files(project_root)
    }
    if not counts:
        raise ProjectError(
            "domain/", None, "There is no .yml file in this folder. Write the domain into one."
        )
    return max(counts, key=lambda file: counts[file])


def add_intent(path: Path, name: str) -> None:
    """List a new intent: in its place in a sorted list, else at the end.

    Raises `BadPayload` for what cannot be a name, `Conflict` when the intent is listed already, and
    `ProjectError` when the file cannot be edited; it is then as it was.
    """
    if not _NAME.fullmatch(name):
        raise BadPayload(f"`{name}` cannot be the name of an intent. Use letters, digits, `-` and `_`.")
    with folder_lock(path.parent):
        data = path.read_bytes()
        root = parse_yaml(data, path=path.name)
        names = [name_of(item) for item in _intents(root)]
        if name in names:
            raise Conflict(f"There is already an intent `{name}`.")
        edited = _insert(Lines(data), root, name, encode_for(data, quote_name(name)))
        _save(path, edited, root, wanted={*names, name})


def remove_intent(path: Path, name: str) -> None:
    """Take an intent's line out of the list. Raises `BadPayload` when it is not there, or `ProjectError`."""
    with folder_lock(path.parent):
        data = path.read_bytes()
        root = parse_yaml(data, path=path.name)
        listed = _intents(root)
        found = next((item for item in listed if name_of(item) == name), None)
        if found is None:
            raise BadPayload(f"There is no intent `{name}` in this file.")
        first = root.entries["intents"].source.line if len(listed) == 1 else found.source.line
        edited = Lines(data).delete(first, found.last_line)
        _save(path, edited, root, wanted={name_of(item) for item in listed} - {name})


def _intents(root: MapNode) -> tuple[Node, ...]:
    return items(root.get("intents"))


def _insert(lines: Lines, root: MapNode, name: str, written: bytes) -> bytes:
    intents = root.entries.get("intents")
    listed = _intents(root)
    if intents is None:
        after = root.last_line if root.entries else len(lines)
        return lines.insert_after(after, [b"", b"intents:", b"- " + written])
    if not listed:
        return lines.insert_after(intents.source.line, [b"- " + written])
    indent = lines.content(listed[0].source.line)[: listed[0].column]
    names = [name_of(item) or "" for item in listed]
    smaller = [item for item in listed if (name_of(item) or "") < name]
    if names != sorted(names):
        after = listed[-1].last_line
    else:
        after = smaller[-1].last_line if smaller else listed[0].source.line - 1
    return lines.insert_after(after, [indent + written])


def _save(path: Path, edited: bytes, root: MapNode, *, wanted: set[str | None]) -> None:
    """Write the file if it says what is wanted, and the same as before in all else."""
    try:
        now = parse_yaml(edited, path=path.name)
    except ProjectError as error:
        raise _uneditable(path) from error
    if {name_of(item) for item in _intents(now)} != wanted or _rest(now) != _rest(root):
        raise _uneditable(path)
    replace_file(path, edited)


def _rest(root: MapNode) -> dict[str, object]:
    return {key: entry.node.plain for key, entry in root.entries.items() if key != "intents"}


def _uneditable(path: Path) -> ProjectError:
    return ProjectError(path, None, "The list of intents cannot be edited safely. Edit it by hand.")
