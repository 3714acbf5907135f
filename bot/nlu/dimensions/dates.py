"""Dates and times: dateparser reads what words and numbers of a calendar stand together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.nlu.dimensions.date_words import Kind, collect_words
from bot.nlu.dimensions.found import Found
from bot.nlu.dimensions.options import load_timezone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from dateparser.date import DateDataParser
    from dateparser.languages.loader import LocaleDataLoader

    from bot.domain.json import JsonObject

MAX_TRIES = 8
"""Readings a text at most, half a millisecond each: a text of nothing but dates is no customer's."""
_MAX_WORDS = 10
_TOKEN = re.compile(
    r"(?<![\w.,/:-])(?:"
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2}(?:T\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}(?P<between>[./-])\d{1,2}(?P=between)(?:\d{4}|\d{2})"
    r"|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:\s?[ap]m)?"
    r"|(?:1[0-2]|0?[1-9])(?:\.[0-5]\d)?\s?[ap]m)"
    r"|(?P<number>\d{1,2}(?:st|nd|rd|th|\.(?=\s))?|(?:19|20)\d\d)"
    r")(?![\w/:-]|[.,]\d)"
    r"|(?P<word>[^\W\d_]+)|(?P<comma>,)|\S",
    re.IGNORECASE,
)
_DIGIT, _WORD = re.compile(r"\d"), re.compile(r"[^\W\d_]+")
_KINDS = {"date": Kind.DATE, "number": Kind.NUMBER, "comma": Kind.FILLER}
"""What the groups of `_TOKEN` are but for words."""
_TELLING = (Kind.DATE, Kind.NAME, Kind.WHICH, Kind.AGO)
"""One of these, or a digit, is in every date: see `_is_date`."""
_GRAINS = {"time": "minute", "part_of_day": "hour", "week": "week", "month": "month", "year": "year"}
_SETTINGS = {
    "RETURN_AS_TIMEZONE_AWARE": True,
    "PREFER_DATES_FROM": "future",
    "PREFER_DAY_OF_MONTH": "first",
    "RETURN_TIME_AS_PERIOD": True,
}
"""dateparser's, but for the time zone and the moment that words like "tomorrow" count from."""


@dataclass(frozen=True, slots=True)
class DateWord:
    """A word that can be part of a date, and where it stands (code points)."""

    kind: Kind
    start: int
    end: int


def open_dates(
    language: str,
    *,
    locale: str | None,
    timezone: str,
    now: Callable[[], datetime],
) -> Callable[[str], Iterator[Found]]:
    """Return a finder of dates and times: the value is in ISO 8601, its info has a grain (`day`, `minute`).

    A weekday, or a day without its year, is the next one, as Duckling has it. `now` returns an aware time.
    Languages that dateparser does not know have no dates. Raises `ModelError` for an unknown time zone.
    """
    from dateparser.date import DateDataParser  # noqa: PLC0415 - see the package
    from dateparser.languages.loader import LocaleDataLoader  # noqa: PLC0415 - see the package

    zone = load_timezone(timezone)
    codes = [
        code for code in ((locale or "").replace("_", "-"), language) if _is_known(LocaleDataLoader(), code)
    ]
    if not codes:
        return _find_nothing
    words = collect_words(LocaleDataLoader().get_locale(codes[0]).info)
    telling = pick_telling(words)

    def find(text: str) -> Iterator[Found]:
        runs = list(find_runs(text, words)) if may_hold_date(text, telling) else []
        if not runs:
            return
        base = now().astimezone(zone).replace(tzinfo=None)
        settings = {**_SETTINGS, "TIMEZONE": timezone, "RELATIVE_BASE": base}
        yield from _read_runs(text, runs, DateDataParser(locales=codes[:1], settings=settings))

    list(find("1 2 2000, 5pm"))  # the library loads its tables with the first date
    return find


def _read_runs(text: str, runs: Sequence[Sequence[DateWord]], parser: DateDataParser) -> Iterator[Found]:
    """Yield of each run the first reading that is a date; after `MAX_TRIES` readings in all it ends."""
    tries = MAX_TRIES
    for run in runs:
        for start, end in _list_readings(run):
            if tries == 0:
                return
            tries -= 1
            read = parser.get_date_data(text[start:end])
            if read.date_obj is not None:
                value, info = _describe(read.date_obj, read.period)
                yield Found(start=start, end=end, value=value, info=info)
                break


def pick_telling(words: Mapping[str, Kind]) -> frozenset[str]:
    """Return the words without which no date can do that has no digit."""
    return frozenset(word for word, kind in words.items() if kind in _TELLING)


def may_hold_date(text: str, telling: frozenset[str]) -> bool:
    """Tell, at a fifth of what finding runs costs, what is true of few texts and of all with a run."""
    return bool(_DIGIT.search(text)) or not telling.isdisjoint(map(str.lower, _WORD.findall(text)))


def find_runs(text: str, words: Mapping[str, Kind]) -> Iterator[list[DateWord]]:
    """Yield words in a row that can be a date together."""
    run: list[DateWord] = []
    for match in _TOKEN.finditer(text):
        kind = _get_kind(match, words)
        if kind is not None:
            run.append(DateWord(kind, match.start(), match.end()))
        elif run:
            yield from _keep(run)
            run = []
    yield from _keep(run)


def _get_kind(match: re.Match[str], words: Mapping[str, Kind]) -> Kind | None:
    name = match.lastgroup or ""
    return words.get(match[0].lower()) if name == "word" else _KINDS.get(name)


def _keep(run: Sequence[DateWord]) -> Iterator[list[DateWord]]:
    trimmed = _trim(run)
    if _is_date(trimmed):
        yield trimmed[:_MAX_WORDS]


def _trim(run: Sequence[DateWord]) -> list[DateWord]:
    """Take off what no date begins or ends with."""
    trimmed = list(run)
    while trimmed and (trimmed[-1].kind in {Kind.FILLER, Kind.WHICH}):
        trimmed.pop()
    while trimmed and (
        trimmed[0].kind is Kind.FILLER or (trimmed[0].kind is Kind.AGO and not _counts(trimmed))
    ):
        trimmed.pop(0)
    return trimmed


def _is_date(run: Sequence[DateWord]) -> bool:
    kinds = {word.kind for word in run}
    return (
        Kind.DATE in kinds
        or _has_numbered_name(run)
        or (Kind.WHICH in kinds and not kinds.isdisjoint({Kind.UNIT, Kind.PART}))
        or (Kind.AGO in kinds and _counts(run))
    )


def _has_numbered_name(run: Sequence[DateWord]) -> bool:
    """Tell whether a short name stands beside a number: `5th of may` does, `sat 2 hours` does not."""
    kinds = [word.kind for word in run if word.kind is not Kind.FILLER]
    pairs = zip(kinds, kinds[1:], [*kinds[2:], None], strict=False)
    return any(
        (first, second) == (Kind.NUMBER, Kind.NAME)
        or ((first, second) == (Kind.NAME, Kind.NUMBER) and third is not Kind.UNIT)
        for first, second, third in pairs
    )


def _counts(run: Sequence[DateWord]) -> bool:
    return {Kind.NUMBER, Kind.UNIT} <= {word.kind for word in run}


def _list_readings(run: Sequence[DateWord]) -> Iterator[tuple[int, int]]:
    """Yield what to read, the whole run first: a word too many, before or behind, makes it unreadable."""
    for part in (run, run[1:], run[:-1], run[2:], run[:-2]):
        trimmed = _trim(part)
        if _is_date(trimmed):
            yield trimmed[0].start, trimmed[-1].end


def _describe(date: datetime, period: str) -> tuple[str, JsonObject]:
    """Return the value and Duckling's description; what is finer than the grain is cut off."""
    grain = _GRAINS.get(period, "day")
    if grain not in {"minute", "hour"}:
        date = date.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain == "week":
        date -= timedelta(days=date.weekday())
    elif grain == "month":
        date = date.replace(day=1)
    elif grain == "year":
        date = date.replace(month=1, day=1)
    value = date.isoformat(timespec="milliseconds")
    return value, {"type": "value", "value": value, "grain": grain}


def _is_known(loader: LocaleDataLoader, code: str) -> bool:
    try:
        return bool(code) and loader.get_locale(code) is not None
    except ValueError:
        return False


def _find_nothing(_: str) -> Iterator[Found]:
    return iter(())
