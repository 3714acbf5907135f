"""A turn that begins with an intent instead of a message: a reminder that is due, or a call of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject

TEXT_PREFIX = "EXTERNAL: "  # Rasa's: the text of a user event that nobody wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What happened, as an intent. `name` is that of the reminder, where one of that name was due.

    In the tracker it is Rasa's user event `EXTERNAL: <intent>` with the metadata `is_external`.
    """

    intent: str
    entities: tuple[JsonObject, ...] = ()
    name: str | None = None

    @property
    def text(self) -> str:
        """What the user event says."""
        return f"{TEXT_PREFIX}{self.intent}"


def read_entities(given: Json) -> tuple[JsonObject, ...]:
    """Read the entities of a reminder or of `trigger_intent`: a list of objects, or `{name: value}`.

    Anything else means none, as in Rasa.
    """
    if isinstance(given, dict):
        return tuple({"entity": name, "value": value} for name, value in given.items())
    if isinstance(given, list | tuple):
        return tuple(each for each in given if isinstance(each, dict) and "entity" in each)
    return ()
