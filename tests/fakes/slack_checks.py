"""Slack's limits on what is posted."""

from __future__ import annotations

from typing import Any

TEXT_MAX, SECTION_MAX = 40_000, 3_000

Body = dict[str, Any]


class Refusal(Exception):
    """Slack says no, in a word."""


def check_message(fields: Body) -> None:
    """Refuse what Slack would not post, or would post otherwise than it is meant."""
    text, blocks = fields.get("text", ""), fields.get("blocks", [])
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text) > TEXT_MAX:
        raise Refusal("msg_too_long")
    for block in blocks:
        check_block(block)


def check_block(block: Body) -> None:
    """Refuse a block beyond Slack's limits."""
    elements = block.get("elements", [])
    match block.get("type"):
        case "section":
            good = 0 < len(block["text"]["text"]) <= SECTION_MAX
        case "image":
            good = block["image_url"].startswith("http") and 0 < len(block["alt_text"]) <= 2000
        case "actions":
            good = 0 < len(elements) <= 25 and all(map(is_button, elements))
        case _:
            good = False
    ids = [element["action_id"] for element in elements]
    if not good or len(ids) != len(set(ids)):
        raise Refusal("invalid_blocks")


def is_button(element: Body) -> bool:
    """Tell whether Slack would show a button."""
    label, value, url = element["text"]["text"], element.get("value", ""), element.get("url", "")
    return 0 < len(label) <= 75 and len(value) <= 2000 and len(url) <= 3000 and bool(value or url)
