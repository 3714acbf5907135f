"""All detectors, and their findings in the order in which they are worth a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.nlu.doctor.annotations import find_entities_named_twice, find_missed_entities
from bot.nlu.doctor.confusion import find_swallowed, find_too_similar
from bot.nlu.doctor.diagnosis import Diagnosis
from bot.nlu.doctor.duplicates import find_copies, find_near_duplicates, find_repeated, find_two_meanings
from bot.nlu.doctor.finding import Finding, Kind, Severity
from bot.nlu.doctor.intents import find_imbalance, find_too_small
from bot.nlu.doctor.mislabelled import find_mislabelled
from bot.nlu.doctor.patterns import find_unused_patterns, find_unused_synonyms
from bot.nlu.doctor.texts import find_one_word, find_saying_nothing, find_too_long

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.nlu.doctor.chart import Chart

DETECTORS: tuple[Callable[[Chart], Iterator[Finding]], ...] = (
    find_two_meanings,
    find_saying_nothing,
    find_near_duplicates,
    find_swallowed,
    find_too_similar,
    find_mislabelled,
    find_too_small,
    find_imbalance,
    find_repeated,
    find_copies,
    find_too_long,
    find_one_word,
    find_missed_entities,
    find_entities_named_twice,
    find_unused_patterns,
    find_unused_synonyms,
)
_BY_GRAVITY = tuple(Severity)
_OF_ONE_TEXT = frozenset({Kind.MISLABELLED, Kind.UNLIKE})
_COVERING = frozenset({Kind.TWO_MEANINGS, Kind.NEAR_DUPLICATE, Kind.SWALLOWED})


def _tell_nobody(_done: int, _total: int) -> None:
    """Nobody waits for it."""


def examine(chart: Chart, report: Callable[[int, int], None] = _tell_nobody) -> Diagnosis:
    """Return all findings, errors first, then by harm. `report` is told (detectors done, in all)."""
    found: list[Finding] = []
    report(0, len(DETECTORS))
    for number, detect in enumerate(DETECTORS, start=1):
        found += detect(chart)
        report(number, len(DETECTORS))
    return Diagnosis(
        examples=len(chart.data.examples),
        intents=len(chart.names),
        findings=sorted(_drop_covered(found), key=_order),
    )


def _order(finding: Finding) -> tuple[int, float, str, str]:
    where = finding.places[0].where if finding.places else ""
    return _BY_GRAVITY.index(finding.severity), -finding.harm, where, finding.says


def _drop_covered(found: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out what is said of a single text where a finding about several says it too."""
    listed = list(found)
    covered = {
        (each.text, each.intent) for finding in listed if finding.kind in _COVERING for each in finding.places
    }
    for finding in listed:
        first = finding.places[0] if finding.places else None
        if finding.kind in _OF_ONE_TEXT and first and (first.text, first.intent) in covered:
            continue
        yield finding
