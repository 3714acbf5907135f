"""What annotated examples taught: the recogniser judges by the sentence, phrases know the values themselves.

Both are one extractor, as DIETClassifier is in Rasa, so what they find never overlaps: of two spans the
longer counts, of equally long ones the recogniser's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.nlu.phrases import PhraseFinder
from bot.nlu.recogniser import RecogniserRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from bot.domain.understanding import Entity
    from bot.nlu.phrases import Phrase
    from bot.nlu.recogniser import Recogniser


class LearnedFinder:
    """Applies both to texts of one language. Raises `ModelDamaged` for a recogniser that cannot be read."""

    def __init__(self, phrases: Sequence[Phrase], recogniser: Recogniser | None, language: Language) -> None:
        self._phrases = PhraseFinder(phrases, language)
        self._recogniser = RecogniserRun(recogniser, language) if recogniser else None

    def find(self, docs: Sequence[Doc]) -> list[list[Entity]]:
        """Return the entities of each text, in its order."""
        known = [self._phrases.find(doc) for doc in docs]
        if self._recogniser is None:
            return known
        return [
            keep_longest((*one, *other))
            for one, other in zip(self._recogniser.find(docs), known, strict=True)
        ]


def keep_longest(entities: Iterable[Entity]) -> list[Entity]:
    """Return those that no longer one overlaps, in the text's order; of equally long ones the first given."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=_get_length, reverse=True):
        if not overlaps(entity, kept):
            kept.append(entity)
    return sorted(kept, key=_get_start)


def overlaps(entity: Entity, others: Iterable[Entity]) -> bool:
    """Tell whether an entity shares a character with any of the others."""
    start, end = entity.start or 0, entity.end or 0
    return any(start < (other.end or 0) and (other.start or 0) < end for other in others)


def _get_length(entity: Entity) -> int:
    return (entity.end or 0) - (entity.start or 0)


def _get_start(entity: Entity) -> int:
    return entity.start or 0
