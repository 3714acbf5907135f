"""Rasa's RegexEntityExtractor: `regex:` and `lookup:` of the NLU data, matched in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.understanding import Entity
from bot.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.example import TrainingData, WordPattern

EXTRACTOR = "RegexEntityExtractor"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegexOptions:
    """The component's parameters, with Rasa's defaults."""

    case_sensitive: bool = False
    use_word_boundaries: bool = True
    use_lookup_tables: bool = True
    use_regexes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPattern:
    """A regular expression and the entity that its matches are."""

    entity: str
    pattern: re.Pattern[str]


def collect_patterns(data: TrainingData, options: RegexOptions) -> tuple[EntityPattern, ...]:
    """Return the patterns whose name is an entity annotated in some example: regexes, then lookups.

    Raises `ProjectError` for an expression that Python cannot compile.
    """
    annotated = {entity.entity for example in data.examples for entity in example.entities}
    written = [
        *((regex, text) for regex in data.regexes if options.use_regexes for text in regex.patterns),
        *(
            (lookup, _join(lookup.patterns, options))
            for lookup in data.lookups
            if options.use_lookup_tables and lookup.patterns
        ),
    ]
    flags = 0 if options.case_sensitive else re.IGNORECASE
    return tuple(
        EntityPattern(entity=origin.name, pattern=_compile(origin, text, flags))
        for origin, text in written
        if origin.name in annotated
    )


def find_patterns(text: str, patterns: Sequence[EntityPattern]) -> Iterator[Entity]:
    """Yield every match of every pattern, in the patterns' order; overlapping ones are all kept.

    An empty match, which Rasa would report as an entity without a value, is not one.
    """
    for pattern in patterns:
        for match in pattern.pattern.finditer(text):
            if match.group():
                yield Entity(
                    entity=pattern.entity,
                    value=match.group(),
                    start=match.start(),
                    end=match.end(),
                    extractor=EXTRACTOR,
                )


def _join(elements: Sequence[str], options: RegexOptions) -> str:
    escaped = [re.escape(element) for element in elements]
    if options.use_word_boundaries:
        return r"(\b" + r"\b|\b".join(escaped) + r"\b)"
    return "(" + "|".join(escaped) + ")"


def _compile(origin: WordPattern, text: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(text, flags)
    except re.error as error:
        where = origin.source
        raise ProjectError(
            where.path if where else "nlu_data",
            where.line if where else None,
            f"regex {origin.name!r} is not a regular expression: {error}",
        ) from error
