"""Many texts at once, with word of how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.understanding import Understanding
    from bot.nlu.reader import Reader

AT_ONCE = 256
"""Enough for the encoder to find texts of like length, few enough for a bar that moves."""


def read_texts(
    reader: Reader,
    texts: Sequence[str],
    report: Callable[[int, int], None],
) -> tuple[Understanding, ...]:
    """Understand all texts, in order. `report` is told (texts done, texts in all)."""
    read: list[Understanding] = []
    report(0, len(texts))
    for start in range(0, len(texts), AT_ONCE):
        read += reader.read(texts[start : start + AT_ONCE])
        report(len(read), len(texts))
    return tuple(read)
