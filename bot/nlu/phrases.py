"""Entities learned from annotated examples: spaCy finds their values again, in any case of letters."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.understanding import Entity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.language import Language
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc

    from bot.domain.example import Example
    from bot.domain.json import Json

EXTRACTOR = "SpacyPhraseMatcher"
RELIABLE = 0.8
"""The share of a value's places in the examples that must be annotated for it to be a phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A value as it was annotated, in small letters. Role and group: where all its annotations agree on them.

    `capitals`: it was always written in capitals (`US`), and in small letters it is another word.
    """

    text: str
    entity: str
    role: str | None = None
    group: str | None = None
    capitals: bool = False


def learn_phrases(examples: Sequence[Example], language: Language) -> tuple[Phrase, ...]:
    """Return annotated values in alphabetical order, each once, as the entity it is most often.

    A value that the examples often leave unannotated (`one`, once a number of guests) is no phrase: where it
    is an entity and where not, only the sentence can tell.
    """
    phrases = _collect_phrases(examples)
    finder = PhraseFinder(phrases, language)
    seen: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for example in examples:
        annotated = {(entity.start, entity.end, entity.entity) for entity in example.entities}
        for found in finder.find(language.make_doc(example.text)):
            key = str(found.value).lower(), found.entity
            seen[key] += 1
            right[key] += (found.start, found.end, found.entity) in annotated
    return tuple(
        phrase
        for phrase in phrases
        if right[phrase.text, phrase.entity] >= RELIABLE * seen[phrase.text, phrase.entity]
    )


def _collect_phrases(examples: Iterable[Example]) -> list[Phrase]:
    seen: dict[str, Counter[tuple[str, str | None, str | None]]] = defaultdict(Counter)
    small: set[str] = set()
    for example in examples:
        for entity in example.entities:
            written = example.text[entity.start : entity.end].strip()
            if written:
                seen[written.lower()][entity.entity, entity.role, entity.group] += 1
            if not written.isupper():
                small.add(written.lower())
    return [replace(_make_phrase(words, seen[words]), capitals=words not in small) for words in sorted(seen)]


def _make_phrase(text: str, labels: Counter[tuple[str, str | None, str | None]]) -> Phrase:
    counts: Counter[str] = Counter()
    for (name, _, _), count in labels.items():
        counts[name] += count
    entity = max(sorted(counts), key=counts.__getitem__)
    roles = {(role, group) for name, role, group in labels if name == entity}
    role, group = next(iter(roles)) if len(roles) == 1 else (None, None)
    return Phrase(text=text, entity=entity, role=role, group=group)


class PhraseFinder:
    """Finds learned phrases in a text's tokens."""

    def __init__(self, phrases: Sequence[Phrase], language: Language) -> None:
        self._phrases = tuple(phrases)
        self._matcher = _build_matcher(self._phrases, language)

    def find(self, doc: Doc) -> list[Entity]:
        """Return entities in the order of the text; of overlapping ones the longest, then the first."""
        found_all = ((start, end, int(doc.vocab.strings[key])) for key, start, end in self._matcher(doc))
        matches = [match for match in found_all if self._is_written_so(doc, match)]
        matches.sort(key=_longest_first)
        taken: set[int] = set()
        found: list[Entity] = []
        for start, end, number in matches:
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                found.append(_make_entity(self._phrases[number], doc, start, end))
        return sorted(found, key=_get_start)

    def _is_written_so(self, doc: Doc, match: tuple[int, int, int]) -> bool:
        start, end, number = match
        return not self._phrases[number].capitals or doc[start:end].text.isupper()


def _build_matcher(phrases: Sequence[Phrase], language: Language) -> PhraseMatcher:
    # Not at the top of the file: processes that never parse should not pay for spaCy.
    from spacy.matcher import PhraseMatcher  # noqa: PLC0415 - see above

    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    for number, phrase in enumerate(phrases):
        matcher.add(str(number), [language.make_doc(phrase.text)])
    return matcher


def _longest_first(match: tuple[int, int, int]) -> tuple[int, int, int]:
    start, end, number = match
    return start - end, start, number


def _get_start(entity: Entity) -> int:
    return entity.start or 0


def _make_entity(phrase: Phrase, doc: Doc, start: int, end: int) -> Entity:
    span = doc[start:end]
    value: Json = span.text
    return Entity(
        entity=phrase.entity,
        value=value,
        start=span.start_char,
        end=span.end_char,
        role=phrase.role,
        group=phrase.group,
        extractor=EXTRACTOR,
    )
