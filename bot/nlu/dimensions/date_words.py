"""Which words of a language can be part of a date: from the tables of dateparser's locales."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = ("year", "month", "week", "day", "hour", "minute", "decade", "fortnight")
_PARTS = ("early_morning", "morning", "afternoon", "evening", "night")
_MOMENTS = frozenset({"0 second ago", "0 minute ago", "0 hour ago"})
_JOINING = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "o", "e"})
_SHORT = 3


class Kind(Enum):
    """What a word can be for a date."""

    DATE = auto()
    """One by itself: 3/12/2026, 5pm, tomorrow, Monday."""
    NAME = auto()
    """A month or weekday of three letters: "may" and "sat" are dates only beside a number."""
    NUMBER = auto()
    UNIT = auto()
    WHICH = auto()
    """Last, this, next: with a unit or a name."""
    AGO = auto()
    """Ago, in: with a number and a unit."""
    PART = auto()
    """Morning, night: with last or this."""
    FILLER = auto()
    """What may stand within a date: of, at, the, a comma."""


def collect_words(info: Mapping[str, Any]) -> dict[str, Kind]:
    """Return lower-cased word → kind. `info` is a locale of dateparser: English key → words of the language.

    "Now" is left out: people who want something now do not name a time.
    """
    kinds: dict[str, Kind] = {}
    for kind, word in _list_words(info):
        if kind is Kind.NUMBER or (len(word) > 1 and word.isalpha() and word not in _JOINING):
            kinds.setdefault(word.lower(), kind)
    return kinds


def _list_words(info: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    """Yield each word with its kind; of several kinds the first counts."""
    names = [*_get(info, *_MONTHS), *_get(info, *_WEEKDAYS)]
    yield from ((Kind.DATE, name) for name in names if len(name) > _SHORT)
    yield from ((Kind.NAME, name) for name in names if len(name) == _SHORT)
    yield from ((Kind.UNIT, unit) for unit in _get(info, *_UNITS) if len(unit) > 1)
    for meaning, written in info.get("relative-type", {}).items():
        for first, *rest in (phrase.split() for phrase in written if meaning not in _MOMENTS):
            if len(rest) <= 1:
                yield Kind.WHICH if rest else Kind.DATE, first
    for word, other in (pair for simple in info.get("simplifications", ()) for pair in simple.items()):
        if word.isalpha():  # the others are patterns
            yield Kind.NUMBER if str(other).isdigit() else Kind.DATE, word
    yield from ((Kind.AGO, word) for word in _get(info, "ago", "in"))
    yield from ((Kind.PART, word) for word in _get(info, *_PARTS))
    yield from ((Kind.FILLER, word) for word in _get(info, "pertain", "skip"))


def _get(info: Mapping[str, Any], *keys: str) -> list[str]:
    return [word for key in keys for word in info.get(key) or ()]
