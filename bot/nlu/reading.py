"""Many texts at once, with word of how far it is."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from bot.nlu.lasting_threads import LastingExecutor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.understanding import Understanding

    Read = Callable[[Sequence[str]], Sequence[Understanding]]

AT_ONCE = 128
"""Enough for the encoder to find texts of like length, few enough for a bar that moves."""


def read_texts(
    readers: Sequence[Read],
    texts: Sequence[str],
    report: Callable[[int, int], None],
) -> tuple[Understanding, ...]:
    """Understand all texts, in order. `report` is told (texts done, texts in all).

    Each of the `readers`, which understand alike, has a thread of its own: while one encodes, outside the
    GIL, another does the rest.
    """
    report(0, len(texts))
    batches = [texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE)]
    shares = [range(first, len(batches), len(readers)) for first in range(len(readers))]
    read: dict[int, Sequence[Understanding]] = {}

    counting = Lock()

    def work(reader: Read, numbers: Sequence[int]) -> None:
        for number in numbers:
            understood = reader(batches[number])
            with counting:  # so that what is reported never goes back
                read[number] = understood
                report(sum(len(batches[each]) for each in read), len(texts))

    with LastingExecutor(len(readers)) as pool:
        for done in [pool.submit(work, *each) for each in zip(readers, shares, strict=True)]:
            done.result()
    return tuple(understanding for number in sorted(read) for understanding in read[number])
