"""Which texts say nearly the same: the nearest of each, found without a table of all with all."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

BLOCK = 512
"""Rows compared at once; with 100,000 texts a block of similarities takes 200 MB."""
MOST_NEIGHBOURS = 20
_LEAST_SHARED = 0.5


def find_pairs(
    vectors: NDArray[np.float32],
    labels: NDArray[np.int64],
    *,
    least: float,
    same_label: bool,
) -> list[tuple[int, int]]:
    """Return pairs (row, later row) with a cosine of `least` or more, of one label or of two.

    Each row's 20 nearest are looked at: of a hundred copies every one is still in some pair.
    """
    found: set[tuple[int, int]] = set()
    for start in range(0, len(vectors), BLOCK):
        block = slice(start, start + BLOCK)
        cosines = vectors[block] @ vectors.T
        cosines[(labels[block, None] == labels[None, :]) != same_label] = -1.0
        cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -1.0
        for row, near in _nearest(cosines, least):
            found.add((min(start + row, near), max(start + row, near)))
    return sorted(found)


def _nearest(cosines: NDArray[np.float32], least: float) -> Iterator[tuple[int, int]]:
    for row in np.flatnonzero(cosines.max(axis=1, initial=-1.0) >= least).tolist():
        near = np.flatnonzero(cosines[row] >= least)
        # Of equally near ones those written first, so that equal data give equal findings.
        order = near[np.argsort(-cosines[row, near], kind="stable")]
        yield from ((row, other) for other in order[:MOST_NEIGHBOURS].tolist())


def share_wording(first: str, second: str) -> bool:
    """Tell whether two texts are also written alike: half of their pairs of letters are the same (Dice).

    Vectors alone put antonyms, and signs the encoder does not know, beside each other.
    """
    one, other = _letter_pairs(first), _letter_pairs(second)
    if not one or not other:
        return plain(first) == plain(second)
    return 2 * len(one & other) / (len(one) + len(other)) >= _LEAST_SHARED


def plain(text: str) -> str:
    """Return a text as the model reads it, capitals and punctuation apart."""
    said = "".join(sign if sign.isalnum() else " " for sign in normalise(text).text.casefold())
    return " ".join(said.split())


def _letter_pairs(text: str) -> set[str]:
    said = plain(text)
    return {said[at : at + 2] for at in range(len(said) - 1)}


def group_pairs(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the rows that hang together by pairs, each group in order, the groups by their first row."""
    group_of: dict[int, int] = {}
    for pair in pairs:
        first, second = sorted(_find_root(group_of, row) for row in pair)
        group_of[second] = first
    groups: dict[int, list[int]] = defaultdict(list)
    for row in sorted(group_of):
        groups[_find_root(group_of, row)].append(row)
    return [groups[root] for root in sorted(groups)]


def _find_root(group_of: dict[int, int], row: int) -> int:
    group_of.setdefault(row, row)
    while group_of[row] != row:
        group_of[row] = group_of[group_of[row]]
        row = group_of[row]
    return row
