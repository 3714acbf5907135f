"""Bounds a text before anything else looks at it."""

from __future__ import annotations

MAX_CHARACTERS = 4_000
"""Code points that are understood. Longer texts are cut at the last blank before this many."""

_BLANKED = dict.fromkeys([0, *range(0xD800, 0xE000)], " ")


def bound_text(text: str) -> str:
    """Return the part of `text` that is understood: stripped, and at most `MAX_CHARACTERS` long.

    Null bytes and lone surrogates, which no encoder takes, become blanks, so offsets stay true.
    """
    text = text.strip().translate(_BLANKED).strip()
    if len(text) <= MAX_CHARACTERS:
        return text
    cut = text[: MAX_CHARACTERS + 1]
    words = cut.rsplit(maxsplit=1)
    kept = words[0] if len(words) > 1 and len(words[0]) > MAX_CHARACTERS // 2 else cut[:MAX_CHARACTERS]
    return kept.rstrip()
