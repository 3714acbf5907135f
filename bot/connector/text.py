"""Text as platforms limit it: measuring, cleaning, and splitting.

What needs Unicode's own rules is in `visible_text`, which is 11 MB to import: most texts are short, and most
processes never get that far.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never
from unicodedata import category

_LEANING = frozenset({"Mn", "Mc", "Me", "Cf", "Sk"})  # may belong to the blank before it


class TextUnit(StrEnum):
    """What a platform counts when it limits text."""

    CHARACTER = "character"  # Unicode code points
    BYTE = "byte"  # of UTF-8
    UTF16 = "utf16"  # code units
    GRAPHEME = "grapheme"  # what people see as one character
    WEIGHTED = "weighted"  # as X counts: links 23, emoji 2, most scripts of the East 2


def measure(text: str, unit: TextUnit) -> int:
    """Count `text` in a platform's own unit."""
    match unit:
        case TextUnit.CHARACTER:
            return len(text)
        case TextUnit.BYTE:
            return len(text.encode("utf-8", "surrogatepass"))
        case TextUnit.UTF16:
            return len(text) + sum(character > "\uffff" for character in text)
        case TextUnit.GRAPHEME | TextUnit.WEIGHTED:
            from bot.connector import visible_text  # noqa: PLC0415 - see above

            counted = visible_text.count if unit is TextUnit.GRAPHEME else visible_text.weigh
            return counted(text)
        case _:
            assert_never(unit)


def clean_text(text: str) -> str:
    """Make foreign text storable: null bytes go, halves of surrogate pairs become U+FFFD."""
    without_nulls = text.replace("\x00", "")
    return without_nulls.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def split_text(text: str, *, limit: int, unit: TextUnit = TextUnit.CHARACTER) -> tuple[str, ...]:
    """Cut `text` into parts of at most `limit` units, at paragraphs, lines or words if possible.

    White space at the cuts and around the text is dropped. No part is empty. A link, and what
    people see as one character, is only cut where it alone exceeds the limit.
    """
    whole = text.strip()
    if not whole or (category(whole[0]) not in _LEANING and measure(whole, unit) <= limit):
        return (whole,) if whole else ()
    from bot.connector import visible_text  # noqa: PLC0415 - see above

    return visible_text.split(text, limit=limit, measure=lambda piece: measure(piece, unit))


def fit(text: str, limit: int, unit: TextUnit) -> str:
    """Return the longest start of `text` within `limit` that ends between links and visible characters.

    Where not even the first of them fits, the cut is inside it; at least one code point is returned.
    """
    if measure(text, unit) <= limit:
        return text
    from bot.connector import visible_text  # noqa: PLC0415 - see above

    return visible_text.fit(text, limit, lambda piece: measure(piece, unit))
