"""Lookup tables, regexes and synonyms that nothing uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import ProjectError
from bot.nlu.doctor.finding import Finding, Kind, Place, Severity
from bot.nlu.doctor.values import find_values, index_values
from bot.nlu.regex_entities import RegexOptions, collect_patterns, find_patterns
from bot.nlu.wording import code, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.example import Example, TrainingData, WordPattern
    from bot.nlu.doctor.chart import Chart
    from bot.nlu.regex_entities import EntityPattern


def find_unused_patterns(chart: Chart) -> Iterator[Finding]:
    """Yield lookup tables and regexes whose entity no example has: as in Rasa, these never match."""
    annotated = {entity.entity for example in chart.data.examples for entity in example.entities}
    for lookup in chart.data.lookups:
        if lookup.name not in annotated:
            yield _tell_unused_pattern("lookup table", lookup, _find_listed(lookup, chart.data.examples))
    for regex in chart.data.regexes:
        if regex.name not in annotated:
            yield _tell_unused_pattern("regex", regex, _find_matched(regex, chart.data.examples))


def _tell_unused_pattern(kind: str, pattern: WordPattern, found: tuple[Example, str] | None) -> Finding:
    if found is None:
        proposal = f"Add an example with such a word, written `[word]({pattern.name})`, or delete the {kind}."
    else:
        example, value = found
        where = f" in {example.source.path}:{example.source.line}" if example.source else ""
        proposal = (
            f"Write `[{value}]({pattern.name})`{where}, in {quote(example.text)}: one annotation is enough."
        )
    return Finding(
        kind=Kind.UNUSED_PATTERN,
        severity=Severity.WARNING,
        sure=1.0,
        harm=1.0,
        says=f"The {kind} {code(pattern.name)} is never used: no example has an entity {code(pattern.name)}.",
        proposal=proposal,
        places=(Place(text=", ".join(pattern.patterns[:3]), source=pattern.source),),
    )


def _find_listed(lookup: WordPattern, examples: Sequence[Example]) -> tuple[Example, str] | None:
    """Return the first example that has a word of the table, and that word as written there."""
    index = index_values(lookup.patterns)
    for example in examples:
        for spot in find_values(example.text, index):
            return example, example.text[spot.start : spot.end]
    return None


def _find_matched(regex: WordPattern, examples: Sequence[Example]) -> tuple[Example, str] | None:
    """Return the first example that the regex matches, and what of it."""
    for written in regex.patterns:
        try:
            expression = re.compile(written, re.IGNORECASE)
        except (re.error, RecursionError, OverflowError):
            continue  # training tells it, with file and line
        for example in examples:
            match = expression.search(example.text)
            if match and match[0].strip():
                return example, match[0]
    return None


def find_unused_synonyms(chart: Chart) -> Iterator[Finding]:
    """Yield synonyms for words that no lookup, regex or annotation makes an entity of."""
    data = chart.data
    known = find_known_values(data) | _annotated_values(data)
    patterns = _collect_regexes(data)
    for text, canonical in data.synonyms.items():
        if text in known or text == canonical.lower() or _matches(text, patterns):
            continue
        source = data.synonym_sources.get(text)
        yield Finding(
            kind=Kind.UNUSED_SYNONYM,
            severity=Severity.HINT,
            sure=0.7,  # a trained recogniser may find what was never written
            harm=0.5,
            says=f'The synonym "{text}" for {code(canonical)} is hardly used: no lookup table and no '
            f'example makes an entity of "{text}".',
            proposal=f'Add "{text}" to the lookup table where {code(canonical)} stands, or annotate it in an '
            "example; else delete it.",
            places=(Place(text=text, source=source),),
        )


def find_known_values(data: TrainingData) -> frozenset[str]:
    """Return what lookup tables in use find, and annotated values that regexes find, in lower case."""
    annotated = {entity.entity for example in data.examples for entity in example.entities}
    listed = {word.lower() for lookup in data.lookups if lookup.name in annotated for word in lookup.patterns}
    patterns = _collect_regexes(data)
    return frozenset(listed | {value for value in _annotated_values(data) if _matches(value, patterns)})


def _annotated_values(data: TrainingData) -> set[str]:
    return {
        example.text[entity.start : entity.end].strip().lower()
        for example in data.examples
        for entity in example.entities
    }


def _collect_regexes(data: TrainingData) -> Sequence[EntityPattern]:
    try:
        return collect_patterns(data, RegexOptions(use_lookup_tables=False))
    except ProjectError:  # a wrong expression is told by training, with file and line
        return ()


def _matches(text: str, patterns: Sequence[EntityPattern]) -> bool:
    """Tell whether a pattern finds all of a text, in any of the ways its letters may be written."""
    written = {text, text.upper(), text.title()}
    return any(found.value == each for each in written for found in find_patterns(each, patterns))
