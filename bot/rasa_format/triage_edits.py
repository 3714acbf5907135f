"""The ways a post can be put into a training file's text, or taken out. As `example_edits`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rasa_format.escapes import encode_for
from bot.rasa_format.example_edits import add_block, add_to_text, quote_name, remove_block
from bot.rasa_format.nodes import ListNode, MapNode, ScalarNode
from bot.rasa_format.text_edit import Lines
from bot.rasa_format.triage_data import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.triage_example import TriageExample


def additions(data: bytes, root: MapNode, post: TriageExample) -> Iterator[bytes]:
    """Yield edited files, the most wanted first: in the last group with these labels, else in a new one."""
    lines = Lines(data)
    written = encode_for(data, post.text)
    labels = _labels_of(post)
    for group in reversed(_groups(root)):
        entry = group.entries.get("examples")
        held = {key: node.value for key in labels if isinstance(node := group.get(key), ScalarNode)}
        if entry and isinstance(entry.node, ScalarNode) and entry.node.style == "|" and held == labels:
            yield add_to_text(lines, entry.node, written, column=entry.column)
    body = [
        b"sector: " + encode_for(data, quote_name(post.sector)),
        b"complaint: " + _flag(post.complaint),
        b"urgent: " + _flag(post.urgent),
        b"mood: " + post.mood.value.encode(),
        b"examples: |",
        b"  - " + written,
    ]
    yield add_block(lines, root, KEY, body)


def removals(data: bytes, root: MapNode, post: TriageExample) -> Iterator[bytes]:
    """Yield edited files: without the post's line, or without its group if nothing else is in it."""
    lines = Lines(data)
    line = post.source.line if post.source else 0
    for group in _groups(root):
        node = group.get("examples")
        if not isinstance(node, ScalarNode) or not node.source.line <= line <= node.last_line:
            continue
        if sum(bool(text.strip()) for _, text in node.lines()) > 1:
            yield lines.delete(line, line)
        yield remove_block(lines, root, KEY, group)


def _groups(root: MapNode) -> list[MapNode]:
    listed = root.get(KEY)
    return (
        [item for item in listed.items if isinstance(item, MapNode)] if isinstance(listed, ListNode) else []
    )


def _labels_of(post: TriageExample) -> dict[str, object]:
    return {
        "sector": post.sector,
        "complaint": post.complaint,
        "urgent": post.urgent,
        "mood": post.mood.value,
    }


def _flag(value: bool) -> bytes:  # noqa: FBT001 - it is what is written
    return b"true" if value else b"false"
