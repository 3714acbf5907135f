"""Training examples against each other: what cannot all be learned, and what stands there for nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.domain.example import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.example import Example, WordPattern
    from bot.domain.understanding import Entity
    from bot.rasa_format.nlu_data import NluContent
    from bot.rasa_format.problem import Problems

_NOWHERE = Source(path="", line=0)
_REST_OF_ANNOTATION = re.compile(r"\][({\[]")
_UNFINISHED = re.compile(r'\[[^\]]*\][({]|\{\s*"(?:entity|role|group|value)"')


def check_examples(nlu: NluContent, problems: Problems) -> None:
    """No text has two meanings, no intent is empty, no entities overlap; nothing is said twice.

    The first three are contradictions: training goes on with them, but not with `--strict`. Unfinished
    marks, synonyms and patterns are checked too.
    """
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in nlu.examples:
        by_text[normalise(example.text)].append(example)
        _check_overlaps(example, problems)
    for same in by_text.values():
        if len({example.intent for example in same}) > 1:
            _report_meanings(same, problems)
        else:
            _report_repeats(same, problems)
    _check_unfilled(nlu, problems)
    _check_synonyms(nlu.synonyms, problems)
    for pattern in nlu.regexes:
        _check_regex(pattern, problems)


def normalise(text: str) -> str:
    """Return what two texts have in common that differ in capitals and blanks alone."""
    return " ".join(text.casefold().split())


def _report_meanings(same: Sequence[Example], problems: Problems) -> None:
    """Tell each of them of the first one that means something else."""
    first = same[0]
    second = next(example for example in same if example.intent != first.intent)
    for example in same:
        other = second if example.intent == first.intent else first
        problems.contradict(
            example.source or _NOWHERE,
            f'"{example.text}" teaches `{example.intent}` here and `{other.intent}` in '
            f"{_at(other.source)}. Keep the one that is meant.",
        )


def _report_repeats(same: Sequence[Example], problems: Problems) -> None:
    first: dict[object, Example] = {}
    for example in same:
        other = first.setdefault((example.text, example.entities), example)
        if other is not example:
            problems.warn(
                example.source or _NOWHERE,
                f'"{example.text}" stands twice, first in {_at(other.source)}. Delete one of them.',
            )


def _check_overlaps(example: Example, problems: Problems) -> None:
    entities = sorted(example.entities, key=_span)
    pair = next((two for two in pairwise(entities) if _span(two[1])[0] < _span(two[0])[1]), None)
    if pair is not None:
        problems.contradict(
            example.source or _NOWHERE,
            f'"{_words(example, pair[0])}" is marked as `{pair[0].entity}` and '
            f'"{_words(example, pair[1])}" as `{pair[1].entity}`, and the two overlap. Keep one.',
        )
        return
    nested = next((entity for entity in entities if _is_nested(example, entity)), None)
    if nested is not None:
        problems.contradict(
            example.source or _NOWHERE,
            f"The mark of `{nested.entity}` stands inside another one, so the two overlap. Keep one.",
        )
    else:
        _check_unfinished(example, problems)


def _is_nested(example: Example, entity: Entity) -> bool:
    """Tell of a mark inside another: Rasa reads the inner one up to its end, and the rest as plain text."""
    rest = example.text[_span(entity)[1] :]
    return "[" in _words(example, entity) and _REST_OF_ANNOTATION.search(rest) is not None


def _check_unfinished(example: Example, problems: Problems) -> None:
    """Find what was meant as a mark, and is none: it teaches its brackets."""
    found = _UNFINISHED.search(example.text)
    if found:
        problems.warn(
            example.source or _NOWHERE,
            f"`{found[0]}` is no whole mark of an entity, so it is read as plain text. Write "
            "`[words](entity)`, or delete the brackets.",
        )


def _check_unfilled(nlu: NluContent, problems: Problems) -> None:
    taught = {example.intent for example in nlu.examples}
    for name, source in nlu.unfilled:
        if name in taught:
            problems.warn(source, f"Intent `{name}` has no examples here. Add some, or delete the block.")
        else:
            problems.contradict(
                source, f"The intent `{name}` has no examples. Add some, or delete the block."
            )


def _check_synonyms(synonyms: tuple[tuple[str, str, Source], ...], problems: Problems) -> None:
    first: dict[str, tuple[str, Source]] = {}
    for text, canonical, source in synonyms:
        other, there = first.setdefault(text.lower(), (canonical, source))
        if other != canonical:
            problems.warn(
                source,
                f'"{text}" stands for `{canonical}` here and for `{other}` in {_at(there)}. Keep one.',
            )


def _check_regex(pattern: WordPattern, problems: Problems) -> None:
    for written in pattern.patterns:
        try:
            re.compile(written)
        except (re.error, RecursionError, OverflowError) as error:
            problems.error(
                pattern.source or _NOWHERE,
                f"`{written}` of regex `{pattern.name}` is no regular expression: {error}.",
            )


def _span(entity: Entity) -> tuple[int, int]:
    return entity.start or 0, entity.end or 0


def _words(example: Example, entity: Entity) -> str:
    start, end = _span(entity)
    return example.text[start:end]


def _at(source: Source | None) -> str:
    place = source or _NOWHERE
    return f"{place.path}:{place.line}"
