"""Intents with too few texts, and intents with so many that they draw others' texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.doctor.finding import Finding, Kind, Severity, grow_sure
from bot.nlu.wording import code, count, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.nlu.doctor.chart import Chart

ENOUGH = 10
"""Texts from which an intent is learned well enough to be measured."""
FEW = 5
_UNDERSTOOD = 0.7  # of an intent's held-out texts
_TIMES = 8  # as many texts as the typical intent, or as few


def find_too_small(chart: Chart) -> Iterator[Finding]:
    """Yield intents that have fewer than five texts, or fewer than ten and are not well understood."""
    counts = chart.counts
    for label, number in enumerate(counts.tolist()):
        understood = int(chart.confusion[label, label]) if number < ENOUGH else 0
        if number < FEW or (number < ENOUGH and understood < _UNDERSTOOD * number):
            yield _tell_too_small(chart, label, number, understood)


def _tell_too_small(chart: Chart, label: int, number: int, understood: int) -> Finding:
    name = chart.names[label]
    if number == 1:
        known = "so nothing can be said about how well it is understood"
    else:
        known = f"{understood} of them understood when held out"
    return Finding(
        kind=Kind.TOO_SMALL,
        severity=Severity.ERROR if number == 1 else Severity.WARNING,
        sure=1 - number / (ENOUGH * 2),
        harm=float(number - understood),
        says=f"{code(name)} has {count(number, 'text')}, {known}.",
        proposal=f"Write at least {ENOUGH - number} more, each in other words, as customers write: short "
        "ones, long ones, with mistakes.",
        places=tuple(chart.place(row) for row in np.flatnonzero(chart.labels == label).tolist()),
        intents=(name,),
    )


def find_imbalance(chart: Chart) -> Iterator[Finding]:
    """Yield intents that have eight times as many texts as the typical one, or an eighth."""
    counts = chart.counts
    typical = float(np.median(counts))
    for label, number in enumerate(counts.tolist()):
        if number >= max(_TIMES * typical, ENOUGH):
            yield _tell_too_large(chart, label, number, typical)
        elif ENOUGH <= number <= typical / _TIMES:
            yield _tell_far_smaller(chart, label, number, typical)


def _tell_too_large(chart: Chart, label: int, number: int, typical: float) -> Finding:
    name, drawn = chart.names[label], chart.confusion[:, label].copy()
    drawn[label] = 0
    stolen = int(drawn.sum())
    most = [chart.names[each] for each in np.argsort(-drawn, kind="stable")[:3] if drawn[each]]
    draws = (
        f"It draws {count(stolen, 'text')} of other intents, most from {join([code(each) for each in most])}."
    )
    return Finding(
        kind=Kind.IMBALANCE,
        severity=Severity.WARNING if stolen else Severity.HINT,
        sure=grow_sure(stolen) if stolen else 0.5,
        harm=float(stolen),
        says=f"{code(name)} has {count(number, 'text')}; the typical intent has {typical:.0f}. "
        + (draws if stolen else "So far it draws none of other intents'."),
        proposal=f"Write more texts for {join([code(each) for each in most])}, or keep only the most "
        f"different ones of {code(name)}, about {_TIMES * typical:.0f}."
        if stolen
        else "Write for the other intents next, not for this one.",
        intents=(name, *most),
    )


def _tell_far_smaller(chart: Chart, label: int, number: int, typical: float) -> Finding:
    name = chart.names[label]
    missed = number - int(chart.confusion[label, label])
    return Finding(
        kind=Kind.IMBALANCE,
        severity=Severity.WARNING if missed else Severity.HINT,
        sure=grow_sure(missed) if missed else 0.5,
        harm=float(missed),
        says=f"{code(name)} has {count(number, 'text')}, where the typical intent has {typical:.0f}; "
        f"{missed} of them are taken for another intent.",
        proposal=f"Write {typical / 2 - number:.0f} more for it, in other words each, before any other "
        "intent.",
        intents=(name,),
    )
