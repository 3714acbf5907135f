"""Nodes ↔ JSON, so that a model archive carries what was read and loads in milliseconds.

The same readers that read YAML then read the unpacked nodes: one reader, and problems keep naming
the file and line the archive was made from. A node is `[file, line, value]`, `file` being an index
into a list of paths; a map's value is `{key: [file, line, node]}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.example import Source
from bot.rasa_format.nodes import Entry, ListNode, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.json import Json


class Packer:
    """Packs trees; `paths` is the list the file numbers point into."""

    def __init__(self) -> None:
        self._paths: dict[str, int] = {}

    @property
    def paths(self) -> list[str]:
        """The paths of all nodes packed so far."""
        return list(self._paths)

    def pack(self, node: Node) -> list[Json]:
        """Return a tree as JSON."""
        return [*self._place(node.source), self._value(node)]

    def _place(self, source: Source) -> tuple[int, int]:
        return self._paths.setdefault(source.path, len(self._paths)), source.line

    def _value(self, node: Node) -> Json:
        if isinstance(node, ListNode):
            return [self.pack(item) for item in node.items]
        if isinstance(node, MapNode):
            return {
                key: [*self._place(entry.source), self.pack(entry.node)]
                for key, entry in node.entries.items()
            }
        return node.value


def unpack(packed: Any, paths: Sequence[str]) -> Node:
    """Return the tree. Raises `TypeError`, `ValueError` or `LookupError` if it is not a packed one."""
    file, line, value = packed
    source = Source(path=paths[file], line=line)
    if isinstance(value, list):
        return ListNode(source=source, items=tuple(unpack(item, paths) for item in value))
    if isinstance(value, dict):
        return MapNode(
            source=source, entries={key: _unpack_entry(entry, paths) for key, entry in value.items()}
        )
    return ScalarNode(source=source, value=value)


def _unpack_entry(packed: Any, paths: Sequence[str]) -> Entry:
    file, line, node = packed
    return Entry(source=Source(path=paths[file], line=line), node=unpack(node, paths))
