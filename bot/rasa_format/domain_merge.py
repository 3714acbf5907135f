"""The files of a `domain/` folder, and the responses in training files → one domain, by Rasa's rules.

What stands in two files is taken from the first of them. In the merged maps and lists the later
file's names come first, which decides the order in which slots are filled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.rasa_format.domain_responses import read_responses
from bot.rasa_format.nodes import Entry, ListNode, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.rasa_format.fields import Reader

LISTS = ("intents", "entities", "actions", "e2e_actions")
MAPS = ("slots", "forms", "responses")


def merge_domains(documents: Sequence[MapNode], reader: Reader) -> MapNode:
    """Merge whole domain files, in order."""
    if not documents:
        return MapNode(source=Source(path="domain.yml", line=0))
    merged = documents[0]
    for document in documents[1:]:
        merged = _merge(merged, document, reader)
    return merged


def add_responses(domain: MapNode, documents: Sequence[MapNode], reader: Reader) -> MapNode:
    """Merge the `responses:` that stand in training files; the domain's own win."""
    for document in documents:
        if document.get("responses") is not None:
            read_responses(document.get("responses"), reader)  # what another file's win over is checked, too
            only = replace(document, entries={"responses": document.entries["responses"]})
            domain = _merge(domain, only, reader)
    return domain


def name_of(item: Node) -> str | None:
    """Return the name of a list item that is either a name or `name: {…}`."""
    if isinstance(item, MapNode):
        return min(item.entries, default=None)
    return item.value if isinstance(item, ScalarNode) and isinstance(item.value, str) else None


def _merge(first: MapNode, second: MapNode, reader: Reader) -> MapNode:
    entries = dict(first.entries)
    for key, entry in second.entries.items():
        mine = entries.get(key)
        if mine is None or first.get(key) is None:
            entries[key] = entry
        elif key in LISTS:
            entries[key] = replace(mine, node=_merge_lists(mine.node, entry.node, reader))
        elif key in MAPS:
            entries[key] = replace(mine, node=_merge_maps(key, mine.node, entry.node, reader))
        elif key == "session_config" and mine.node.plain != entry.node.plain:
            reader.warn(entry.source, _says_twice("session_config", mine.source))
    return replace(first, entries=entries)


def _merge_maps(key: str, first: Node, second: Node, reader: Reader) -> Node:
    mine = reader.map(first, f"`{key}`")
    theirs = reader.map(second, f"`{key}`")
    if mine is None or theirs is None:
        return first
    _warn_of_clashes(mine.entries, theirs.entries, reader)
    return replace(mine, entries={**theirs.entries, **{name: mine.entries[name] for name in mine.entries}})


def _merge_lists(first: Node, second: Node, reader: Reader) -> Node:
    if not isinstance(first, ListNode) or not isinstance(second, ListNode):
        return first
    mine, theirs = _by_name(first), _by_name(second)
    for name, item in theirs.items():
        if name in mine and mine[name].plain != item.plain:
            reader.warn(item.source, _says_twice(name, mine[name].source))
    return replace(first, items=tuple({**theirs, **mine}.values()))


def _by_name(node: ListNode) -> dict[str, Node]:
    return {name_of(item) or f"line {item.source.line}": item for item in node.items}


def _warn_of_clashes(mine: Mapping[str, Entry], theirs: Mapping[str, Entry], reader: Reader) -> None:
    for name, entry in theirs.items():
        if name in mine and mine[name].node.plain != entry.node.plain:
            reader.warn(entry.source, _says_twice(name, mine[name].source))


def _says_twice(name: str, first: Source) -> str:
    return f"`{name}` is also written in {first.path}:{first.line}, and that one counts. Delete one of them."
