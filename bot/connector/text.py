"""Text as platforms limit it: measuring, cleaning, and splitting without breaking what people see."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import assert_never

ZERO_WIDTH_JOINER = "\u200d"
MARKS = frozenset({"Mn", "Mc", "Me"})  # includes variation selectors
BREAKS = ("\n\n", "\n", " ")  # best first


class TextUnit(StrEnum):
    """What a platform counts when it limits text."""

    CHARACTER = "character"  # Unicode code points
    BYTE = "byte"  # of UTF-8
    UTF16 = "utf16"  # code units


def measure(text: str, unit: TextUnit) -> int:
    """Count `text` in a platform's own unit."""
    match unit:
        case TextUnit.CHARACTER:
            return len(text)
        case TextUnit.BYTE:
            return len(text.encode("utf-8", "surrogatepass"))
        case TextUnit.UTF16:
            return len(text) + sum(character > "\uffff" for character in text)
        case _:
            assert_never(unit)


def clean_text(text: str) -> str:
    """Make foreign text storable: null bytes go, halves of surrogate pairs become U+FFFD."""
    without_nulls = text.replace("\x00", "")
    return without_nulls.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def split_text(text: str, *, limit: int, unit: TextUnit = TextUnit.CHARACTER) -> tuple[str, ...]:
    """Cut `text` into parts of at most `limit` units, at paragraphs, lines or words if possible.

    White space at the cuts and around the text is dropped. No part is empty. What people see as
    one character is only cut where it alone exceeds the limit.
    """
    parts: list[str] = []
    rest = text.strip()
    while measure(rest, unit) > limit:
        head = fit(rest, limit, unit)
        cut = max(find_break(rest, len(head)), 0) or len(head)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(part for part in (*parts, rest) if part)


def fit(text: str, limit: int, unit: TextUnit) -> str:
    """Return the longest start of `text` within `limit` that ends between visible characters."""
    end, used = 0, 0
    for cluster in clusters(text):
        used += measure(cluster, unit)
        if used > limit:
            break
        end += len(cluster)
    return text[:end] or fit_code_points(text, limit, unit)


def fit_code_points(text: str, limit: int, unit: TextUnit) -> str:
    """Return the longest start of `text` within `limit`, at least one code point."""
    end, used = 0, 0
    while end < len(text):
        used += measure(text[end], unit)
        if used > limit:
            break
        end += 1
    return text[: max(end, 1)]


def find_break(text: str, end: int) -> int:
    """Return where to cut `text`, at most at `end`: after its last break, else -1.

    Paragraphs and lines are only worth a cut where they leave at least half.
    """
    for mark in BREAKS:
        start = 0 if mark == " " else end // 2
        if mark == " " and text[end].isspace():
            return end
        at = text.rfind(mark, start, end)
        while at > 0 and extends(text[at + len(mark)]):  # an accent can stand on a blank
            at = text.rfind(mark, start, at)
        if at > 0:
            return at + len(mark)
    return -1


def clusters(text: str) -> Iterator[str]:
    """Yield what people see as single characters, as far as the standard library can tell.

    Covers marks, joiners, emoji modifiers and tags, flags, and CR LF; Hangul in conjoining jamo
    and Indic conjuncts are cut between code points, which Unicode's rules would keep together.
    """
    start, flags = 0, 0
    for index, character in enumerate(text):
        flag = is_flag_letter(character)
        joined = index > start and (
            extends(character)
            or text[index - 1] == ZERO_WIDTH_JOINER
            or (flag and flags % 2 == 1)
            or (character == "\n" and text[index - 1] == "\r")
        )
        flags = flags + 1 if flag else 0
        if index > start and not joined:
            yield text[start:index]
            start = index
    if start < len(text):
        yield text[start:]


def extends(character: str) -> bool:
    """Tell whether a code point belongs to the one before it."""
    return (
        character == ZERO_WIDTH_JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags of regional flags
        or unicodedata.category(character) in MARKS
    )


def is_flag_letter(character: str) -> bool:
    """Tell whether a code point is one of the letters that make flags in pairs."""
    return "\U0001f1e6" <= character <= "\U0001f1ff"
