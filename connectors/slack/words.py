"""Slack's markup, read and written. Pure.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import emoji

from bot.connector.text import split_text

SPECIAL = re.compile(r"<([^<>\s][^<>\n]{0,3500})>")
MENTION = re.compile(r"@([A-Za-z0-9_-]{1,64})")
EMOJI = re.compile(r"(?<!\d):([a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?):(?!\w)")
TONE = re.compile(r"skin-tone-([2-6])")
FIRST_TONE = 0x1F3FB - 2  # of the five code points, counted from 2 as Slack does
ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def escape(text: str) -> str:
    """Return text in which nothing is taken for a link or a mention."""
    for character, escaped in ESCAPES:
        text = text.replace(character, escaped)
    return text


def unescape(text: str) -> str:
    """Undo `escape`."""
    for character, escaped in reversed(ESCAPES):
        text = text.replace(escaped, character)
    return text


def split_escaped(text: str, *, limit: int) -> tuple[str, ...]:
    """Cut text into parts that have at most `limit` characters once they are escaped; returns those."""
    return tuple(part for part, _ in _split(text, limit, limit))


def _split(text: str, limit: int, raw: int) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for part in split_text(text, limit=raw):
        escaped = escape(part)
        found.extend([(escaped, raw)] if len(escaped) <= limit else _split(part, limit, max(raw // 2, 1)))
    return found


def read_words(text: str, *, own_id: str | None, names: Mapping[str, str]) -> str:
    """Return what was said, as people see it, without our own name around it."""

    def show(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if mention := MENTION.fullmatch(target):
            return "@" + (label or names.get(mention[1]) or mention[1])
        return show_special(target, label)

    return unescape(SPECIAL.sub(show, drop_own_name(EMOJI.sub(show_emoji, text), own_id))).strip()


def show_emoji(found: re.Match[str]) -> str:
    """Return the emoji of a name between colons; what is none, or a workspace's own, stays."""
    shown = read_emoji(found[1])
    return found[0] if shown.startswith(":") else shown


def drop_own_name(text: str, own_id: str | None) -> str:
    """Return a text without mentions of us, and without gaps where they were."""
    if own_id is None or not names_us(text, own_id):
        return text
    own = rf"<@{re.escape(own_id)}(?:\|[^<>]*)?>"
    text = re.sub(rf"^\s*{own}[\s,:;]*", "", text)
    text = re.sub(rf"[ \t]?{own}[ \t]?(?=[,.!?:;]|$)", "", text)
    return re.sub(rf"[ \t]?{own}[ \t]?", " ", text)


def show_special(target: str, label: str) -> str:
    """Return what people see of a channel, a group, a date or a link."""
    if target.startswith("#"):
        return "#" + (label or target[1:])
    if target.startswith("!"):
        name = label or target[1:].partition("^")[0]
        return name if label else "@" + name
    address = target.removeprefix("mailto:").removeprefix("tel:")
    # Slack makes links of bare names: then label and address say the same.
    same = not label or address.rstrip("/").removeprefix("https://").removeprefix("http://") == label.rstrip(
        "/"
    )
    return (label or address) if same else f"{label} ({address})"


def names_us(text: str, own_id: str | None) -> bool:
    """Tell whether a message mentions us."""
    return own_id is not None and (f"<@{own_id}>" in text or f"<@{own_id}|" in text)


def read_emoji(name: str) -> str:
    """Return the emoji that Slack calls `name`; a workspace's own stays `:name:`."""
    short, _, rest = name.partition("::")
    character = emoji.emojize(f":{short}:", language="alias")
    tone = TONE.fullmatch(rest)
    return character + chr(FIRST_TONE + int(tone[1])) if tone and not character.startswith(":") else character
