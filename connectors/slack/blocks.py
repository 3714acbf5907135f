"""What stands in a message of Slack's beside its text: blocks, and messages that are passed on in it. Pure.

Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.connector.fields import MAX_ID
from bot.domain.json import Json, JsonObject
from connectors.slack.place import take_text
from connectors.slack.words import escape

SHARED_MAX = 5
PIECES_MAX = 2_000  # elements of a text that are looked at
LINES = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A message that somebody passes on: who wrote it, in Slack's markup, and its files."""

    author: str
    words: Json
    files: Json


def list_shared(attachments: Json) -> list[Shared]:
    """Return the messages that are passed on; previews of links are none."""
    found = attachments[:SHARED_MAX] if isinstance(attachments, list) else []
    return [
        Shared(
            author=take_text(each.get("author_name"), MAX_ID), words=each.get("text"), files=each.get("files")
        )
        for each in found
        if isinstance(each, Mapping) and each.get("is_share") is True
    ]


def list_words(blocks: Json) -> str:
    """Return the words of rich text in Slack's markup: some programs send them without a plain text."""
    found = blocks if isinstance(blocks, list) else []
    pieces = zip(iterate_pieces(found), range(PIECES_MAX), strict=False)
    lines = "".join(piece for piece, _ in pieces).split("\n")
    return "\n".join(line for line in lines if line.strip())


def iterate_pieces(elements: Sequence[Json], depth: int = 0) -> Iterator[str]:
    """Yield the pieces of elements, and of those within them."""
    for element in elements:
        if not isinstance(element, Mapping) or depth > 6:  # noqa: PLR2004 - deeper than Slack nests
            continue
        yield write_element(element)
        inner = element.get("elements")
        yield from iterate_pieces(inner if isinstance(inner, list) else [], depth + 1)
        if str(element.get("type")) in LINES:
            yield "\n"


def write_element(element: JsonObject) -> str:
    """Return one element in Slack's markup, empty for what has no words of its own."""
    write = WRITERS.get(str(element.get("type")))
    return write(element) if write else ""


def pick(element: JsonObject, name: str) -> str:
    """Return one of an element's texts, empty where there is none."""
    value = element.get(name)
    return value if isinstance(value, str) else ""


def write_text(element: JsonObject) -> str:
    """Return plain words."""
    return escape(pick(element, "text"))


def write_emoji(element: JsonObject) -> str:
    """Return an emoji by its name."""
    return f":{pick(element, 'name')}:"


def write_link(element: JsonObject) -> str:
    """Return a link."""
    label = escape(pick(element, "text"))
    return f"<{pick(element, 'url')}{'|' if label else ''}{label}>"


def write_person(element: JsonObject) -> str:
    """Return somebody's name, to be looked up."""
    return f"<@{pick(element, 'user_id')}>"


def write_channel(element: JsonObject) -> str:
    """Return a channel's name, to be looked up."""
    return f"<#{pick(element, 'channel_id')}>"


def write_section(element: JsonObject) -> str:
    """Return a paragraph, which is in markup already."""
    text = element.get("text")
    return f"{pick(text, 'text')}\n" if isinstance(text, Mapping) else ""


WRITERS: Mapping[str, Callable[[JsonObject], str]] = {
    "text": write_text,
    "emoji": write_emoji,
    "link": write_link,
    "user": write_person,
    "channel": write_channel,
    "section": write_section,
}
