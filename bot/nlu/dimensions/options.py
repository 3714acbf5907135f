"""Which dimensions are looked for, and where the brand is at home."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.errors import ModelError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Dimension(StrEnum):
    """Duckling's names of what is found here; the entity is called the same."""

    TIME = "time"
    MONEY = "amount-of-money"
    EMAIL = "email"
    PHONE = "phone-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionOptions:
    """DucklingEntityExtractor's parameters.

    `locale`, such as `en_GB`, decides the order of day and month and how phone numbers without a country
    code are read. `timezone`, such as `Europe/London`, is the place of "tomorrow at five".
    """

    dimensions: tuple[Dimension, ...] = tuple(Dimension)
    locale: str | None = None
    timezone: str = "UTC"

    @property
    def region(self) -> str | None:
        """The country of the locale (`GB`), where one is named."""
        _, _, country = (self.locale or "").replace("-", "_").partition("_")
        return country.upper() or None


def load_timezone(name: str) -> ZoneInfo:
    """Return a time zone. Raises `ModelError` for a name that nobody knows."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only those who read dates pay for it

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"config.yml: DucklingEntityExtractor: timezone {name!r} is none; write one like `Europe/London`",
        ) from error
