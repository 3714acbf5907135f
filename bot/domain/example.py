"""Labelled texts and the word lists around them: everything NLU learns from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.understanding import Entity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.triage_example import TriageExample


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where in the project something is written. `line` counts from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled text: plain `text` with annotations cut out, `intent` (`name` or `retrieval/key`)."""

    text: str
    intent: str
    entities: tuple[Entity, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPattern:
    """A `regex:` (patterns as written) or a `lookup:` (plain elements) of Rasa's NLU data."""

    name: str
    patterns: tuple[str, ...]
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """All of `nlu_data/`. `synonyms` maps lower-cased text to its canonical value.

    `synonym_sources` says where those texts stand that are written as synonyms.
    """

    examples: tuple[Example, ...] = ()
    regexes: tuple[WordPattern, ...] = ()
    lookups: tuple[WordPattern, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    synonym_sources: Mapping[str, Source] = field(default_factory=dict)
    triage: tuple[TriageExample, ...] = ()
