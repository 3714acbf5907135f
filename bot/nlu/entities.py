"""All of a text's entities: patterns first, learned phrases where those found nothing, then synonyms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.nlu.phrases import PhraseFinder
from bot.nlu.regex_entities import find_patterns
from bot.nlu.spacy_entities import SpacyEntityFinder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spacy.language import Language
    from spacy.tokens import Doc

    from bot.domain.understanding import Entity
    from bot.nlu.phrases import Phrase
    from bot.nlu.regex_entities import EntityPattern
    from bot.nlu.spacy_entities import SpacyOptions

SYNONYM_PROCESSOR = "EntitySynonymMapper"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityTables:
    """What training learned about entities. `synonyms` maps lower-cased text to its canonical value."""

    patterns: tuple[EntityPattern, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    spacy: SpacyOptions | None = None


class EntityFinder:
    """Applies `EntityTables` to texts of one language."""

    def __init__(self, tables: EntityTables, language: Language) -> None:
        self._tables = tables
        self._phrases = PhraseFinder(tables.phrases, language)
        self._spacy = SpacyEntityFinder(tables.spacy) if tables.spacy else None

    def find(self, doc: Doc) -> tuple[Entity, ...]:
        """Return the entities of a tokenised text."""
        matched = list(find_patterns(doc.text, self._tables.patterns))
        learned = [entity for entity in self._phrases.find(doc) if not _overlaps(entity, matched)]
        given = self._spacy.find(doc.text) if self._spacy else ()
        found = (*matched, *learned, *given)
        return tuple(replace_synonym(entity, self._tables.synonyms) for entity in found)


def replace_synonym(entity: Entity, synonyms: Mapping[str, str]) -> Entity:
    """Give the entity its canonical value where there is one, as Rasa's EntitySynonymMapper does."""
    canonical = synonyms.get(str(entity.value).lower())
    if canonical is None:
        return entity
    return replace(entity, value=canonical, processors=(*entity.processors, SYNONYM_PROCESSOR))


def _overlaps(entity: Entity, others: Iterable[Entity]) -> bool:
    start, end = entity.start or 0, entity.end or 0
    return any(start < (other.end or 0) and (other.start or 0) < end for other in others)
