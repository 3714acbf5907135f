"""All dimensions that are switched on, as entities."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.domain.understanding import Entity
from bot.nlu.dimensions.dates import open_dates
from bot.nlu.dimensions.emails import open_emails
from bot.nlu.dimensions.money import open_money
from bot.nlu.dimensions.options import Dimension
from bot.nlu.dimensions.phones import open_phones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.nlu.dimensions.found import Found
    from bot.nlu.dimensions.options import DimensionOptions

EXTRACTOR = "DucklingEntityExtractor"
"""Rasa's name, which actions ask for; no Duckling runs."""


def get_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


class DimensionFinder:
    """Finds the dimensions of `options` in texts of a language.

    Building one imports what it needs (half a second for dates). Raises `ModelError` for a time zone that
    nobody knows.
    """

    def __init__(
        self,
        options: DimensionOptions,
        language: str,
        now: Callable[[], datetime] = get_now,
    ) -> None:
        self._finders = {each: _open(each, options, language, now) for each in options.dimensions}

    def find(self, text: str) -> list[Entity]:
        """Return the entities of a text in its order."""
        entities = [
            _describe(dimension, found) for dimension, find in self._finders.items() for found in find(text)
        ]
        return sorted(entities, key=_get_start)


def _open(
    dimension: Dimension,
    options: DimensionOptions,
    language: str,
    now: Callable[[], datetime],
) -> Callable[[str], Iterator[Found]]:
    match dimension:
        case Dimension.TIME:
            return open_dates(language, locale=options.locale, timezone=options.timezone, now=now)
        case Dimension.MONEY:
            return open_money()
        case Dimension.EMAIL:
            return open_emails()
        case Dimension.PHONE:
            return open_phones(options.region)


def _describe(dimension: Dimension, found: Found) -> Entity:
    return Entity(
        entity=dimension.value,
        value=found.value,
        start=found.start,
        end=found.end,
        extractor=EXTRACTOR,
        info=found.info,
    )


def _get_start(entity: Entity) -> int:
    return entity.start or 0
