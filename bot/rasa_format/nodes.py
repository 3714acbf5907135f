"""YAML as a tree in which every node knows its file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.example import Source
    from bot.domain.json import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarNode:
    """A single value. `style` is YAML's: "" plain, or one of `'`, `"`, `|`, `>`.

    `last_line` is the last line it is written on; `column` counts from 0.
    """

    source: Source
    value: str | int | float | bool | None
    style: str = ""
    column: int = 0
    last_line: int = 0

    @property
    def plain(self) -> Json:
        """The value as JSON."""
        return self.value

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield (line number, text) of a text's lines; exact in `|` blocks, else the first line's number."""
        if not isinstance(self.value, str):
            return
        first = self.source.line + 1 if self.style == "|" else self.source.line
        step = 1 if self.style == "|" else 0
        for number, line in enumerate(self.value.removesuffix("\n").split("\n")):
            for part in line.splitlines() or [""]:  # also splits at U+2028 and its like, as Rasa does
                yield first + number * step, part


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode:
    """A list. `flow` is True when written `[a, b]`."""

    source: Source
    items: tuple[Node, ...]
    flow: bool = False
    column: int = 0
    last_line: int = 0

    @property
    def plain(self) -> list[Json]:
        """The list as JSON."""
        return [item.plain for item in self.items]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One `key: value` of a map; `source` is the key's."""

    source: Source
    node: Node
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A map with text keys, in the order written. `flow` is True when written `{a: b}`."""

    source: Source
    entries: Mapping[str, Entry] = field(default_factory=dict)
    flow: bool = False
    column: int = 0
    last_line: int = 0

    @property
    def plain(self) -> JsonObject:
        """The map as JSON."""
        return {key: entry.node.plain for key, entry in self.entries.items()}

    def get(self, key: str) -> Node | None:
        """Return the value under `key`, None when there is no such key or it is written as null."""
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.node, ScalarNode) and entry.node.value is None):
            return None
        return entry.node


Node: TypeAlias = ScalarNode | ListNode | MapNode
