"""Messages of the form `/intent{"entity": "value"}`: what a button sends. They bypass NLU."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bot.dialogue.storable import storable
from bot.domain.understanding import Entity, IntentScore, Understanding

if TYPE_CHECKING:
    from bot.dialogue.catalogue import Catalogue
    from bot.domain.json import JsonObject

_SHAPE = re.compile(r"^/(?P<intent>[^{@]+)(?P<confidence>@[0-9.]+)?(?P<entities>{.+})?")
_PRESSED = re.compile(r"/(?P<intent>[^\W\d][\w.-]*(?:/[\w.-]+)?)(?:@[0-9.]+)?(?P<entities>{.*})?", re.DOTALL)
_EXTRACTOR = "RegexMessageHandler"


def parse_intent_message(text: str, catalogue: Catalogue) -> Understanding | None:
    """Read such a message. None when it is none, or names no intent of the domain: it is plain text then.

    `/faq/hours` names the answer `utter_faq/hours` of a retrieval intent (Rasa would read it as text).
    Entities that the domain does not know are dropped; a list value makes several entities. Values
    are made storable: JSON can write what the text itself may not hold.
    """
    text = text.strip()
    match = _SHAPE.match(text)
    written = match["intent"].strip() if match else ""
    base, _, key = written.partition("/")
    if match is None or base not in catalogue.intents or (key and not catalogue.has_response(written)):
        return None
    intent = IntentScore(name=base, confidence=_confidence(match["confidence"]))
    named = _entities(match["entities"]).items()
    known = {name: value for name, value in named if name in catalogue.domain.entities}
    return Understanding(
        text=text,
        intent=intent,
        ranking=(intent,),
        entities=_build_entities(match, known),
        response_selector={base: {"response": _answer(written)}} if key else {},
    )


def pressed_entities(text: str) -> tuple[Entity, ...]:
    """Return the entities that such a message names, whatever domain it is meant for; none in other texts."""
    match = _SHAPE.match(text) if text.startswith("/") else None
    return () if match is None else _build_entities(match, _entities(match["entities"]))


def describe_intent_message(text: str) -> str | None:
    """Say such a message in words ("order status: LY-1"), whatever domain it is for; None of other texts.

    Only what looks like names counts, or every text with a slash in front would be one.
    """
    match = _PRESSED.fullmatch(text.strip())
    if match is None:
        return None
    words = " ".join(match["intent"].replace("/", " ").replace("_", " ").split())
    given = (value if isinstance(value, list) else [value] for value in _entities(match["entities"]).values())
    values = ", ".join(str(each) for value in given for each in value if isinstance(each, str | int | float))
    return f"{words}: {values}" if values else words


def _build_entities(match: re.Match[str], named: JsonObject) -> tuple[Entity, ...]:
    start, end = match.span("entities")
    return tuple(
        Entity(entity=name, value=each, start=start, end=end, extractor=_EXTRACTOR)
        for name, value in named.items()
        for each in (value if isinstance(value, list) else [value])
    )


def _answer(key: str) -> JsonObject:
    return {"intent_response_key": key, "utter_action": f"utter_{key}", "confidence": 1.0}


def _confidence(written: str | None) -> float:
    if written is None:
        return 1.0
    try:
        return min(1.0, float(written[1:]))
    except ValueError:
        return 0.0


def _entities(written: str | None) -> JsonObject:
    try:
        found = json.loads(written) if written else {}
    except (ValueError, RecursionError):
        return {}
    clean = storable(found)
    return clean if isinstance(clean, dict) else {}
