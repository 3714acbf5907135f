"""YAML 1.2 text → nodes, by Rasa's rules: duplicate keys and unknown tags are mistakes, dates are text."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml import nodes as yaml_nodes
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from bot.domain.example import Source
from bot.errors import ProjectError
from bot.rasa_format.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.yaml_text import decode_text

if TYPE_CHECKING:
    from pathlib import Path

_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset(_TAG + name for name in ("str", "timestamp", "value", "merge", "yaml"))
# Aliases may be used many times over; a file must not grow without end by them. Without any it has at most
# a node for each character.
_MAX_NODES = 100_000


def read_yaml_file(file: Path, *, path: str) -> MapNode:
    """Read a file; `path` is what problems call it. Raises `ProjectError`, also when it cannot be read."""
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        problem = "There is no such file. Create it, or start in the folder of the project."
        raise ProjectError(path, None, problem) from error
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise ProjectError(path, None, f"Not read: {reason.lower()}.") from error
    return parse_yaml(data, path=path)


def parse_yaml(data: bytes, *, path: str) -> MapNode:
    """Parse a whole file, which must be a map or empty. Raises `ProjectError` with the line."""
    text = decode_text(data, path=path)
    root = _compose(text, path=path)
    if root is None:
        return MapNode(source=Source(path=path, line=1))
    try:
        node = _Builder(path, most=max(_MAX_NODES, len(text))).build(root)
    except RecursionError as error:
        raise _too_deep(path) from error
    if isinstance(node, ScalarNode) and node.value is None:
        return MapNode(source=node.source)
    if not isinstance(node, MapNode):
        raise ProjectError(path, node.source.line, "The file should start with a key, such as `version:`.")
    return node


def _compose(text: str, *, path: str) -> yaml_nodes.Node | None:
    parser = YAML(typ="safe", pure=True)
    try:
        root: yaml_nodes.Node | None = parser.compose(text)
    except ReaderError as error:
        line = len((text[: error.position] + ".").splitlines())
        problem = f"The character U+{error.character:04X} cannot stand in a text file. Delete it."
        raise ProjectError(path, line, problem) from error
    except MarkedYAMLError as error:
        raise ProjectError(path, _line(error), _explain(error, text)) from error
    except RecursionError as error:
        raise _too_deep(path) from error
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # The parser answers some broken files with whatever its own code trips over.
        raise ProjectError(path, None, "This is not YAML. Check quotes, colons and indentation.") from error
    return root


def _line(error: MarkedYAMLError) -> int | None:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else None


def _explain(error: MarkedYAMLError, text: str) -> str:
    line = _line(error)
    lines = text.splitlines()
    written = lines[line - 1] if line and line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "The line is indented with a tab. Indent with spaces."
    reason = " ".join(str(error.problem or error.context or "it cannot be read").split())
    return f"This is not YAML: {reason}. Check quotes, colons and indentation here and in the line above."


def _too_deep(path: str) -> ProjectError:
    return ProjectError(path, None, "Lists and maps are nested too deeply here. Flatten them.")


class _Builder:
    """Turns the parser's nodes into ours."""

    def __init__(self, path: str, *, most: int) -> None:
        self._path = path
        self._most = most
        self._count = 0
        self._open: set[int] = set()

    def build(self, node: Any) -> Node:
        self._count += 1
        line = node.start_mark.line + 1
        if self._count > self._most:
            raise ProjectError(self._path, line, "Aliases make this file too large. Write out what you need.")
        if isinstance(node, yaml_nodes.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            raise ProjectError(self._path, line, "This alias contains itself. Write out what you mean.")
        self._open.add(id(node))
        built = self._list(node) if isinstance(node, yaml_nodes.SequenceNode) else self._map(node)
        self._open.discard(id(node))
        return built

    def _source(self, node: Any) -> Source:
        return Source(path=self._path, line=node.start_mark.line + 1)

    def _scalar(self, node: Any) -> ScalarNode:
        return ScalarNode(
            source=self._source(node),
            value=self._value(node),
            style=node.style or "",
            column=node.start_mark.column,
            last_line=_last_scalar_line(node),
        )

    def _value(self, node: Any) -> str | float | bool | None:
        tag, text = str(node.tag), str(node.value)
        if tag in _TEXT_TAGS:
            return text
        if tag == _TAG + "null":
            return None
        if tag == _TAG + "bool":
            return text.lower() == "true"
        if tag == _TAG + "int":
            return _parse_int(text)
        if tag == _TAG + "float":
            return self._parse_float(node, text)
        problem = f"`{tag}` is no kind of value that is known here. Put the value in quotes."
        raise ProjectError(self._path, node.start_mark.line + 1, problem)

    def _parse_float(self, node: Any, text: str) -> float | str:
        try:
            number = float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text
        if not math.isfinite(number):
            raise ProjectError(self._path, node.start_mark.line + 1, f"`{text}` is not a finite number.")
        return number

    def _list(self, node: Any) -> ListNode:
        items = tuple(self.build(item) for item in node.value)
        source = self._source(node)
        flow = bool(node.flow_style)
        last = (
            node.end_mark.line + 1 if flow else max((item.last_line for item in items), default=source.line)
        )
        return ListNode(source=source, items=items, flow=flow, column=node.start_mark.column, last_line=last)

    def _map(self, node: Any) -> MapNode:
        entries: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            if str(key_node.tag) == _TAG + "merge":
                merged = {**self._merge(value_node), **merged}
                continue
            key = self._key(key_node)
            if key in entries:
                problem = f"`{key}` stands here twice, first in line {entries[key].source.line}. Keep one."
                raise ProjectError(self._path, key_node.start_mark.line + 1, problem)
            source = self._source(key_node)
            value = self.build(value_node)
            if isinstance(value, ScalarNode) and value.value is None:
                # The parser's mark of nothing stands at whatever comes next.
                value = ScalarNode(source=source, value=None, last_line=source.line)
            entries[key] = Entry(source=source, node=value, column=key_node.start_mark.column)
        built = MapNode(
            source=self._source(node),
            entries={**merged, **entries},
            flow=bool(node.flow_style),
            column=node.start_mark.column,
        )
        return replace(built, last_line=self._last_line(node, built, entries))

    @staticmethod
    def _last_line(node: Any, built: MapNode, entries: dict[str, Entry]) -> int:
        if built.flow:
            return int(node.end_mark.line) + 1
        lines = [max(entry.source.line, entry.node.last_line) for entry in entries.values()]
        return max(lines, default=built.source.line)

    def _key(self, node: Any) -> str:
        if not isinstance(node, yaml_nodes.ScalarNode):
            raise ProjectError(self._path, node.start_mark.line + 1, "A key should be a plain word.")
        return str(node.value)

    def _merge(self, node: Any) -> dict[str, Entry]:
        built = self.build(node)
        parts = built.items if isinstance(built, ListNode) else (built,)
        merged: dict[str, Entry] = {}
        for part in parts:
            if not isinstance(part, MapNode):
                raise ProjectError(self._path, node.start_mark.line + 1, "`<<` should be followed by a map.")
            merged = {**part.entries, **merged}
        return merged


def _last_scalar_line(node: Any) -> int:
    first = int(node.start_mark.line) + 1
    if node.style == "|":  # the parser's mark stands behind the blank lines after a block
        body = node.value.rstrip("\n")
        return first + body.count("\n") + 1 if body else first
    if node.style == ">":
        return max(first, int(node.end_mark.line))
    return int(node.end_mark.line) + 1


def _parse_int(text: str) -> int | str:
    digits = text.replace("_", "")
    try:
        return int(digits, 0) if digits.lstrip("+-")[:2] in ("0b", "0o", "0x") else int(digits)
    except ValueError:
        return text
