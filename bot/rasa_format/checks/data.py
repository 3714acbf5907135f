"""Training examples against the domain and against each other."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from bot.domain.example import Source
from bot.rasa_format.problem import did_you_mean

if TYPE_CHECKING:
    from bot.domain.example import Example, WordPattern
    from bot.rasa_format.known import Known
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import Project

_NOWHERE = Source(path="", line=0)


def check_data(project: Project, known: Known, problems: Problems) -> None:
    """Intents and entities exist, no text has two meanings, patterns compile."""
    seen: set[str] = set()
    for example in project.nlu.examples:
        source = example.source or _NOWHERE
        base = example.intent.partition("/")[0]
        if base not in known.intents and base not in seen:
            seen.add(base)  # one problem for each intent, at its first example
            hint = did_you_mean(base, known.intents) or " Add it to `intents` of the domain."
            problems.error(source, f"The intent `{base}` is not in the domain.{hint}")
        elif base != example.intent and example.intent not in seen:
            seen.add(example.intent)
            _check_answer(example.intent, source, known, problems)
        for entity in example.entities:
            if entity.entity not in known.entities:
                hint = did_you_mean(entity.entity, known.entities) or " Add it to `entities` of the domain."
                problems.error(source, f"The entity `{entity.entity}` is not in the domain.{hint}")
    _check_repeats(project.nlu.examples, problems)
    _check_synonyms(project.nlu.synonyms, problems)
    for pattern in project.nlu.regexes:
        _check_regex(pattern, problems)


def _check_answer(key: str, source: Source, known: Known, problems: Problems) -> None:
    """Each key of a retrieval intent has a response of its own: nothing else could be said."""
    response = f"utter_{key}"
    if response not in known.responses:
        hint = did_you_mean(response, known.responses) or " Add it to `responses` of the domain."
        problems.error(source, f"`{key}` has examples here but no response `{response}`.{hint}")


def _check_repeats(examples: tuple[Example, ...], problems: Problems) -> None:
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_text[" ".join(example.text.lower().split())].append(example)
    for same in by_text.values():
        for number, example in enumerate(same):
            _check_against(same[:number], example, problems)


def _check_against(before: list[Example], example: Example, problems: Problems) -> None:
    """Compare an example with those before it that say the same, capitals and blanks apart."""
    here = example.source or _NOWHERE
    other = next((one for one in before if one.intent != example.intent), None)
    if other is not None:
        _report_two_meanings(example, other, problems)
        _report_two_meanings(other, example, problems)
        return
    same = next(
        (one for one in before if one.text == example.text and one.entities == example.entities), None
    )
    if same is not None:
        first = _at(same.source or _NOWHERE)
        problems.warn(here, f'"{example.text}" stands twice, first in {first}. Delete one of them.')


def _report_two_meanings(example: Example, other: Example, problems: Problems) -> None:
    problems.warn(
        example.source or _NOWHERE,
        f'"{example.text}" teaches `{example.intent}` here and `{other.intent}` in '
        f"{_at(other.source or _NOWHERE)}. Keep the one that is meant.",
    )


def _at(source: Source) -> str:
    return f"{source.path}:{source.line}"


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
