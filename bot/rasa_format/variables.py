"""`${VARIABLE}` in project files → what the environment says.

Rasa expands unquoted values only, and so do we; in our own keys of `config.yml` quotes make no
difference, and `${VARIABLE:-default}` says what holds when the variable is not set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.rasa_format.nodes import ListNode, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.rasa_format.problem import Problems

_MARKED = re.compile(r"\$\{.*\}")
_VARIABLE = re.compile(r"\$(?:\{(?P<name>[^}:]*)(?::-(?P<default>[^}]*))?\}|(?P<bare>[A-Za-z0-9_]+))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """A text with its variables filled in; `unset` names those that are not in the environment."""

    text: str
    unset: tuple[str, ...] = ()


def expand_text(text: str, environment: Mapping[str, str]) -> Expanded:
    """Fill in a text's variables. A variable set to nothing counts as not set."""
    if not _MARKED.search(text):
        return Expanded(text=text)
    unset: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        name = match["name"] if match["bare"] is None else match["bare"]
        if environment.get(name):
            return environment[name]
        if match["default"] is None:
            unset[name] = None
        return match["default"] or ""

    return Expanded(text=_VARIABLE.sub(value, text), unset=tuple(unset))


def expand_node(node: Node, environment: Mapping[str, str], problems: Problems) -> Node:
    """Return the tree with the variables of its unquoted texts filled in; an unset one is an error."""
    if isinstance(node, ListNode):
        return replace(node, items=tuple(expand_node(item, environment, problems) for item in node.items))
    if isinstance(node, MapNode):
        return expand_map(node, environment, problems)
    if node.style or not isinstance(node.value, str) or "${" not in node.value:
        return node
    return _expand_scalar(node, environment, problems)


def expand_map(
    node: MapNode,
    environment: Mapping[str, str],
    problems: Problems,
    *,
    leave: frozenset[str] = frozenset(),
) -> MapNode:
    """Do the same for a map; the values under the keys in `leave` stay as written."""
    entries = {
        key: entry if key in leave else replace(entry, node=expand_node(entry.node, environment, problems))
        for key, entry in node.entries.items()
    }
    return replace(node, entries=entries)


def _expand_scalar(node: ScalarNode, environment: Mapping[str, str], problems: Problems) -> ScalarNode:
    expanded = expand_text(str(node.value), environment)
    for name in expanded.unset:
        problems.error(node.source, f"The variable {name} is not set. Set it, or put the text in quotes.")
    return replace(node, value=expanded.text)
