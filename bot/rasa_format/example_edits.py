"""The ways an example can be put into a training file's text, or taken out: each yields an edited file.

Nothing here checks that the file then says what it should; `write_examples` takes the first that does.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bot.rasa_format.escapes import encode_for
from bot.rasa_format.nodes import ListNode, MapNode, ScalarNode
from bot.rasa_format.text_edit import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.example import Example

_PLAIN_NAME = re.compile(r"[A-Za-z_][\w./-]*")
_READ_AS_OTHER = frozenset({"true", "false", "null"})


def additions(data: bytes, root: MapNode, intent: str, text: str) -> Iterator[bytes]:
    """Yield edited files, the most wanted first: in the intent's last block, else in a new one."""
    lines = Lines(data)
    written = encode_for(data, text)
    for block in reversed(_blocks(root, intent)):
        entry = block.entries.get("examples")
        if entry is None:
            continue
        if isinstance(entry.node, ListNode) and not entry.node.flow and entry.node.items:
            quoted = encode_for(data, json.dumps(text, ensure_ascii=False))
            yield _add_to_list(lines, entry.node, quoted)
        elif isinstance(entry.node, ScalarNode) and entry.node.style == "|":
            yield add_to_text(lines, entry.node, written, column=entry.column)
    name = encode_for(data, quote_name(intent))
    yield add_block(lines, root, "nlu", [b"intent: " + name, b"examples: |", b"  - " + written])


def removals(data: bytes, root: MapNode, example: Example) -> Iterator[bytes]:
    """Yield edited files: without the example's lines, or without its block if nothing else is in it."""
    lines = Lines(data)
    line = example.source.line if example.source else 0
    for block in _blocks(root, example.intent):
        node = block.get("examples")
        if node is None or not node.source.line <= line <= node.last_line:
            continue
        if isinstance(node, ListNode):
            item = next((item for item in node.items if item.source.line <= line <= item.last_line), None)
            if item is not None and len(node.items) > 1:
                yield lines.delete(item.source.line, item.last_line)
        elif isinstance(node, ScalarNode) and sum(bool(text.strip()) for _, text in node.lines()) > 1:
            yield lines.delete(line, line)
        yield remove_block(lines, root, "nlu", block)


def quote_name(name: str) -> str:
    """Return a name as YAML that reads as this text."""
    plain = _PLAIN_NAME.fullmatch(name) and name.lower() not in _READ_AS_OTHER
    return name if plain else json.dumps(name, ensure_ascii=False)


def _blocks(root: MapNode, intent: str) -> list[MapNode]:
    nlu = root.get("nlu")
    blocks = [item for item in nlu.items if isinstance(item, MapNode)] if isinstance(nlu, ListNode) else []
    return [block for block in blocks if _name(block) == intent]


def _name(block: MapNode) -> str | None:
    node = block.get("intent")
    return node.value.strip() if isinstance(node, ScalarNode) and isinstance(node.value, str) else None


def add_to_text(lines: Lines, node: ScalarNode, text: bytes, *, column: int) -> bytes:
    """Add a line behind the examples of a `|` block whose key stands in `column`."""
    written = [(number, line) for number, line in node.lines() if line.strip()]
    examples = [number for number, line in written if line.startswith("-")]
    indent = b" " * (column + 2)
    if written:
        neighbour = lines.content(examples[-1] if examples else written[0][0])
        indent = neighbour[: len(neighbour) - len(neighbour.lstrip(b" "))]
    return lines.insert_after(examples[-1] if examples else node.source.line, [indent + b"- " + text])


def _add_to_list(lines: Lines, node: ListNode, quoted: bytes) -> bytes:
    last = node.items[-1]
    indent = lines.content(last.source.line)[: last.column]
    return lines.insert_after(last.last_line, [indent + b"text: " + quoted])


def add_block(lines: Lines, root: MapNode, key: str, body: Sequence[bytes]) -> bytes:
    """Add a map, given by its lines, behind the last of the list under `key`, or begin that list."""
    listed = root.get(key)
    first, column, head = b"- ", 2, []
    if isinstance(listed, ListNode) and listed.items:
        last = listed.items[-1]
        first, column = lines.content(last.source.line)[: last.column], last.column
        after = listed.last_line
        if len(listed.items) == 1 or lines.is_blank(last.source.line - 1):
            head = [b""]
    elif key in root.entries:
        after = root.entries[key].source.line
    elif root.entries:
        after, head = root.last_line, [b"", key.encode() + b":"]
    else:
        after, head = len(lines), [b'version: "3.1"', b"", key.encode() + b":"]
    rest = b" " * column
    return lines.insert_after(after, [*head, first + body[0], *(rest + line for line in body[1:])])


def remove_block(lines: Lines, root: MapNode, key: str, block: MapNode) -> bytes:
    """Take out a block, the blank line before it, and `key:` itself when nothing else stands under it."""
    first = block.source.line
    listed = root.get(key)
    if isinstance(listed, ListNode) and len(listed.items) == 1:
        first = root.entries[key].source.line
    if first > 1 and lines.is_blank(first - 1):
        first -= 1
    return lines.delete(first, block.last_line)
