"""All of a text's entities: each extractor in turn, then synonyms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from bot.nlu.dimensions.finder import DimensionFinder
from bot.nlu.learned_entities import LearnedFinder, overlaps
from bot.nlu.regex_entities import find_patterns
from bot.nlu.spacy_entities import SpacyEntityFinder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from bot.domain.understanding import Entity
    from bot.nlu.dimensions.options import DimensionOptions
    from bot.nlu.phrases import Phrase
    from bot.nlu.recogniser import Recogniser
    from bot.nlu.regex_entities import EntityPattern
    from bot.nlu.rule_tokenizer import CutText
    from bot.nlu.spacy_entities import SpacyOptions
    from bot.nlu.token_rules import TokenRules

SYNONYM_PROCESSOR = "EntitySynonymMapper"


class Extractor(StrEnum):
    """What finds entities, or changes those found before it."""

    PATTERNS = "patterns"
    """RegexEntityExtractor."""
    LEARNED = "learned"
    """Recogniser and phrases, for DIETClassifier, CRFEntityExtractor and MitieEntityExtractor."""
    SPACY = "spacy"
    """SpacyEntityExtractor."""
    DIMENSIONS = "dimensions"
    """DucklingEntityExtractor."""
    SYNONYMS = "synonyms"
    """EntitySynonymMapper."""


DEFAULT_EXTRACTORS = tuple(Extractor)
"""All of them; those that have nothing to go by find nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityTables:
    """What training learned about entities, and who uses it, one after the other.

    `keep_overlaps`: what different extractors find in one place stays all of it, as in Rasa; without it the
    earlier extractor is right. `synonyms` maps lower-cased text to its canonical value.
    """

    extractors: tuple[Extractor, ...] = DEFAULT_EXTRACTORS
    keep_overlaps: bool = False
    patterns: tuple[EntityPattern, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    recogniser: Recogniser | None = None
    spacy: SpacyOptions | None = None
    dimensions: DimensionOptions | None = None
    synonyms: Mapping[str, str] = field(default_factory=dict)

    @property
    def need_spacy(self) -> bool:
        """Whether what was learnt is looked for in spaCy's own tokens."""
        return bool(self.phrases or self.recogniser)


class EntityFinder:
    """Applies `EntityTables` to texts of one language, of which its rules do where nothing was learnt.

    Raises `ModelDamaged` for a recogniser that cannot be read, `ModelMissing` for a spaCy pipeline that is
    not installed, `ModelError` for a time zone nobody knows.
    """

    def __init__(self, tables: EntityTables, language: Language | TokenRules) -> None:
        self._tables = tables
        self._extractors = [each for each in tables.extractors if _has_material(each, tables)]
        self._learned: LearnedFinder | None = None
        if tables.need_spacy:
            learnt = tables.phrases, tables.recogniser
            self._learned = LearnedFinder(*learnt, cast("Language", language))
        self._spacy = SpacyEntityFinder(tables.spacy) if tables.spacy else None
        self._dimensions = (
            DimensionFinder(tables.dimensions, language.lang or "") if tables.dimensions else None
        )

    def find(self, docs: Sequence[Doc | CutText]) -> list[tuple[Entity, ...]]:
        """Return the entities of each tokenised text."""
        found: list[tuple[Entity, ...]] = [() for _ in docs]
        if not self._extractors:
            return found
        texts = [doc.text for doc in docs]  # spaCy puts it together anew each time
        for extractor in self._extractors:
            if extractor is Extractor.SYNONYMS:
                found = [tuple(map(self._replace_synonym, entities)) for entities in found]
            else:
                more = self._extract(extractor, docs, texts)
                found = [self._join(*each) for each in zip(found, more, strict=True)]
        return found

    def _extract(
        self, extractor: Extractor, docs: Sequence[Doc | CutText], texts: Sequence[str]
    ) -> Iterable[Iterable[Entity]]:
        if extractor is Extractor.PATTERNS:
            return [find_patterns(text, self._tables.patterns) for text in texts]
        if extractor is Extractor.LEARNED and self._learned:
            return self._learned.find(cast("Sequence[Doc]", docs))
        if extractor is Extractor.SPACY and self._spacy:
            return [self._spacy.find(text) for text in texts]
        if extractor is Extractor.DIMENSIONS and self._dimensions:
            return [self._dimensions.find(text) for text in texts]
        return [() for _ in texts]

    def _join(self, found: tuple[Entity, ...], more: Iterable[Entity]) -> tuple[Entity, ...]:
        if self._tables.keep_overlaps:
            return (*found, *more)
        return (*found, *(entity for entity in more if not overlaps(entity, found)))

    def _replace_synonym(self, entity: Entity) -> Entity:
        return replace_synonym(entity, self._tables.synonyms)


def _has_material(extractor: Extractor, tables: EntityTables) -> bool:
    """Tell whether an extractor can find, or change, anything at all."""
    material = {
        Extractor.PATTERNS: tables.patterns,
        Extractor.LEARNED: tables.need_spacy,
        Extractor.SPACY: tables.spacy,
        Extractor.DIMENSIONS: tables.dimensions,
        Extractor.SYNONYMS: tables.synonyms,
    }
    return bool(material[extractor])


def replace_synonym(entity: Entity, synonyms: Mapping[str, str]) -> Entity:
    """Give the entity its canonical value where there is one, as Rasa's EntitySynonymMapper does."""
    canonical = synonyms.get(str(entity.value).lower())
    if canonical is None:
        return entity
    return replace(entity, value=canonical, processors=(*entity.processors, SYNONYM_PROCESSOR))
