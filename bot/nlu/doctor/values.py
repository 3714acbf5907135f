"""Finds values in texts as whole words, however many values there are."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Index = Mapping[str, Sequence[str]]

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A value, in lower case, at `start` to `end` of a text, in code points."""

    value: str
    start: int
    end: int


def index_values(values: Iterable[str]) -> Index:
    """Return values in lower case by their first word, the longest first."""
    index: dict[str, list[str]] = defaultdict(list)
    for value in sorted({each.lower() for each in values}, key=lambda each: (-len(each), each)):
        first = _WORD.search(value)
        if first:
            index[first[0]].append(value)
    return index


def find_values(text: str, index: Index) -> Iterator[Spot]:
    """Yield the longest value at each word of `text`."""
    lowered = text.lower()
    if len(lowered) != len(text):  # some capitals are two letters when small: offsets would lie
        return
    for word in _WORD.finditer(lowered):
        for value in index.get(word[0], ()):
            start = word.start() - value.index(word[0])
            end = start + len(value)
            if start >= 0 and lowered[start:end] == value and not lowered[end : end + 1].isalnum():
                yield Spot(value=value, start=start, end=end)
                break
