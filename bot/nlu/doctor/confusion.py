"""Intents that the model cannot tell from one another: one swallows the other, or they are mixed up."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.doctor.finding import Finding, Kind, Severity, grow_sure
from bot.nlu.wording import code, count, join, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.nlu.doctor.chart import Chart

SWALLOWED = 1 / 3
"""The share of an intent's texts that another one takes, from which on it is called swallowed.

It is so only if far fewer come back: else the two are mixed up.
"""
MIXED_UP = 0.2
"""The share of the smaller of two intents that changes sides, from which on they are called too similar."""
_FEWEST = 3  # texts, so that a slip is not a pattern
_FEWEST_MIXED_UP = 5
_ONE_WAY = 3  # times as large a share as comes back
_TOLD = 3  # texts and words named in a sentence
_TYPICAL = 3.0  # times as frequent under the one as under the other


def find_swallowed(chart: Chart) -> Iterator[Finding]:
    """Yield intents of which another one takes a third of the texts or more."""
    for small, large in np.argwhere(chart.confusion >= _FEWEST).tolist():
        if small != large and _is_swallowed(chart, small, large):
            yield _tell_swallowed(chart, small, large)


def find_too_similar(chart: Chart) -> Iterator[Finding]:
    """Yield pairs of intents whose texts are taken for each other, where neither swallows the other."""
    moved = chart.confusion + chart.confusion.T
    for one, other in np.argwhere(np.triu(moved, 1) >= _FEWEST_MIXED_UP).tolist():
        if _is_swallowed(chart, one, other) or _is_swallowed(chart, other, one):
            continue
        number = int(moved[one, other])
        if number / min(chart.counts[one], chart.counts[other]) >= MIXED_UP:
            yield _tell_too_similar(chart, one, other, number)


def _is_swallowed(chart: Chart, small: int, large: int) -> bool:
    there = chart.confusion[small, large] / chart.counts[small]
    back = chart.confusion[large, small] / chart.counts[large]
    return bool(chart.confusion[small, large] >= _FEWEST and there >= max(SWALLOWED, _ONE_WAY * back))


def _tell_swallowed(chart: Chart, small: int, large: int) -> Finding:
    name, other = chart.names[small], chart.names[large]
    rows = _find_moved(chart, small, large)
    number = int(chart.counts[small])
    return Finding(
        kind=Kind.SWALLOWED,
        severity=Severity.WARNING,
        sure=grow_sure(len(rows)),
        harm=float(len(rows)),
        says=f"{len(rows)} of {count(number, 'text')} of {code(name)} are taken for {code(other)}, like "
        f"{_quote_some(chart, rows)}.",
        proposal=f"If both get the same answer, move all of {code(name)} into {code(other)}. Else move those "
        f"below that mean {code(other)}, and teach what tells them apart: "
        f"{_describe_words(chart, small, large)}.",
        places=tuple(chart.place(row) for row in rows),
        intents=(name, other),
    )


def _tell_too_similar(chart: Chart, one: int, other: int, moved: int) -> Finding:
    first, second = sorted((one, other), key=lambda label: (chart.counts[label], label))
    name, second_name = chart.names[first], chart.names[second]
    rows = [*_find_moved(chart, first, second), *_find_moved(chart, second, first)]
    return Finding(
        kind=Kind.TOO_SIMILAR,
        severity=Severity.WARNING,
        sure=grow_sure(moved),
        harm=float(moved),
        says=f"{code(name)} and {code(second_name)} are mixed up: {chart.confusion[first, second]} of "
        f"{chart.counts[first]:,} and {chart.confusion[second, first]} of {chart.counts[second]:,} texts are "
        f"taken for the other, like {_quote_some(chart, rows)}.",
        proposal=f"Merge {code(name)} and {code(second_name)} if they get the same answer. Else teach what "
        f"tells them apart: {_describe_words(chart, first, second)}.",
        places=tuple(chart.place(row) for row in rows),
        intents=(name, second_name),
    )


def _find_moved(chart: Chart, label: int, taken_for: int) -> list[int]:
    """Return the rows of `label` that are taken for another intent, the surest first."""
    rows = np.flatnonzero((chart.labels == label) & (chart.guesses == taken_for))
    chances = chart.held_out.probabilities[rows, taken_for]
    return [int(row) for row in rows[np.argsort(-chances, kind="stable")]]


def _quote_some(chart: Chart, rows: list[int]) -> str:
    return join([quote(chart.place(row).text) for row in rows[:_TOLD]])


def _describe_words(chart: Chart, one: int, other: int) -> str:
    """Say which words so far stand for one of two intents only."""
    sides = []
    for label, against in ((one, other), (other, one)):
        words = find_typical_words(chart, label, against)
        sides.append(f"{code(chart.names[label])} so far says {join(words)}" if words else "")
    told = [side for side in sides if side]
    return ", ".join(told) if told else "so far no word does"


def find_typical_words(chart: Chart, label: int, against: int) -> list[str]:
    """Return up to three words that are frequent under one intent and rare under the other.

    Words that stand under a third of all intents say nothing about any: `how`, `the`, `my`.
    """
    mine, theirs = chart.words[label], chart.words[against]
    size, other_size = chart.counts[label] + 1, chart.counts[against] + 1
    spread = Counter(word for words in chart.words for word in words)
    most = max(len(chart.names) / 3, 2)
    scores = {
        word: texts * np.log(ratio)
        for word, texts in mine.items()
        if texts > 1
        and spread[word] <= most
        and (ratio := ((texts + 0.5) / size) / ((theirs[word] + 0.5) / other_size)) >= _TYPICAL
    }
    best = sorted(scores, key=lambda word: (-scores[word], word))[:_TOLD]
    return [f'"{word}"' for word in best]
