"""What the customer said lately: each message's words, its meaning, and what it named.

A slot would keep what was named for ever, long after the talk has gone elsewhere; the messages
themselves tell what is being talked about now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rasa_sdk import Tracker

# The engine shows an action about five turns; further back nobody remembers what "it" was either.
LOOK_BACK = 5

# After these another conversation begins, whatever was said before.
_BREAKS = frozenset({"session_started", "restart", "pause", "resume"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of the customer.

    `named` holds pairs of entity and value, `language` the code of the one it is in, where that is certain.
    """

    text: str
    intent: str | None
    named: tuple[tuple[str, str], ...] = ()
    language: str | None = None

    def get_named(self, entity: str) -> list[str]:
        """Return the values of an entity, each once, in the order they were named."""
        return list(dict.fromkeys(value for name, value in self.named if name == entity))


def read_said(tracker: Tracker) -> list[Said]:
    """Return the newest messages of this conversation, the newest first."""
    return list(islice(_read_backwards(tracker), LOOK_BACK))


def _read_backwards(tracker: Tracker) -> Iterator[Said]:
    for event in reversed(tracker.events or []):
        if event.get("event") in _BREAKS:
            return
        if event.get("event") == "user":
            yield _read_message(event)


def _read_message(event: Mapping[str, Any]) -> Said:
    parsed = _as_mapping(event.get("parse_data"))
    intent = _as_mapping(parsed.get("intent")).get("name")
    entities, language = parsed.get("entities"), parsed.get("language")
    named = [_read_entity(entity) for entity in (entities if isinstance(entities, list) else [])]
    return Said(
        text=str(event.get("text") or ""),
        intent=intent if isinstance(intent, str) else None,
        named=tuple(pair for pair in named if pair is not None),
        language=language if isinstance(language, str) else None,
    )


def _read_entity(entity: object) -> tuple[str, str] | None:
    """Read an entity that names something; a caller of the API may have sent anything as its value."""
    found = _as_mapping(entity)
    name, value = found.get("entity"), found.get("value")
    if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return name, str(value)


def _as_mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
