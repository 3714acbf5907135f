"""Typed access to nodes: what has the wrong type becomes a problem and reads as missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rasa_format.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.problem import Severity, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.domain.example import Source
    from bot.rasa_format.problem import Problems


def describe(node: Node) -> str:
    """Say in words what a node is."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a map (`key: value`)"
    if node.value is None:
        return "empty"
    if isinstance(node.value, bool):
        return f"`{str(node.value).lower()}`"
    return "a number" if isinstance(node.value, int | float) else "a text"


def is_number(node: Node) -> bool:
    """Tell whether a node is a number; `true` is none."""
    return (
        isinstance(node, ScalarNode)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


class Reader:
    """Reads values out of nodes. `what` names the value in problems: "`intents`", "a story's name"."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def error(self, source: Source, text: str) -> None:
        """Note an error."""
        self.problems.error(source, text)

    def warn(self, source: Source, text: str) -> None:
        """Note a warning."""
        self.problems.warn(source, text)

    def text(self, node: Node | None, what: str) -> str | None:
        """Return a text that is not empty. Numbers and booleans must be quoted to be texts."""
        if node is None:
            return None
        if isinstance(node, ScalarNode) and isinstance(node.value, str):
            if node.value.strip():
                return node.value
            self.error(node.source, f"{what} is empty. Write a text.")
            return None
        hint = " Put it in quotes." if isinstance(node, ScalarNode) and node.value is not None else ""
        self.error(node.source, f"{what} should be a text; this is {describe(node)}.{hint}")
        return None

    def flag(self, node: Node | None, what: str, *, default: bool) -> bool:
        """Return a boolean."""
        if node is None:
            return default
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            return node.value
        self.error(node.source, f"{what} should be `true` or `false`; this is {describe(node)}.")
        return default

    def number(self, node: Node | None, what: str) -> float | None:
        """Return a number."""
        if node is None:
            return None
        value = node.value if isinstance(node, ScalarNode) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        self.error(node.source, f"{what} should be a number; this is {describe(node)}.")
        return None

    def whole_number(self, node: Node | None, what: str) -> int | None:
        """Return a whole number."""
        number = self.number(node, what)
        if number is None or isinstance(number, int):
            return number
        assert node is not None
        self.error(node.source, f"{what} should be a whole number; this is {number}.")
        return None

    def share(self, node: Node | None, what: str, *, default: float) -> float:
        """Return a number between 0 and 1."""
        number = self.number(node, what)
        if node is None or number is None:
            return default
        if not 0 <= number <= 1:
            self.error(node.source, f"{what} should be between 0 and 1; this is {number}.")
            return default
        return float(number)

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """Return a list's items; nothing written is an empty list."""
        if node is None:
            return ()
        if isinstance(node, ListNode):
            return node.items
        self.error(
            node.source, f"{what} should be a list (lines that begin with `-`); this is {describe(node)}."
        )
        return ()

    def map(self, node: Node | None, what: str) -> MapNode | None:
        """Return a map."""
        if node is None or isinstance(node, MapNode):
            return node
        self.error(node.source, f"{what} should be a map (`key: value`); this is {describe(node)}.")
        return None

    def entries(self, node: Node | None, what: str) -> Iterator[tuple[str, Entry]]:
        """Yield a map's entries."""
        found = self.map(node, what)
        if found is not None:
            yield from found.entries.items()

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        if isinstance(node, ScalarNode):
            text = self.text(node, what)
            return () if text is None else (text,)
        read = (self.text(item, f"an item of {what}") for item in self.items(node, what))
        return tuple(text for text in read if text is not None)

    def single(self, node: MapNode, what: str) -> tuple[str, Entry] | None:
        """Return the only entry of a map such as `- greet: {…}`."""
        if len(node.entries) == 1:
            return next(iter(node.entries.items()))
        self.error(node.source, f"{what} should have one key; indent what belongs to it by two more spaces.")
        return None

    def check_keys(
        self, node: MapNode, known: Collection[str], what: str, *, severity: Severity = Severity.WARNING
    ) -> None:
        """Tell of keys that nothing reads. They are errors where Rasa refuses them."""
        for key, entry in node.entries.items():
            if key not in known:
                hint = did_you_mean(key, known) or f" Known are: {', '.join(sorted(known))}."
                self.problems.tell(entry.source, severity, f"`{key}` means nothing in {what}.{hint}")
