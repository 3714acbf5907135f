"""Rasa's parse JSON → `Understanding`. Pure; what is missing or of another type reads as not said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.understanding import FALLBACK_INTENT, Entity, IntentScore, Understanding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.json import JsonObject

_OWN = ("entity", "value", "start", "end", "role", "group", "extractor", "confidence_entity", "processors")


def read_understanding(parsed: JsonObject) -> Understanding:
    """Read the body of `POST /model/parse`, or the `parse_data` of a user event."""
    intent = _score(parsed.get("intent"))
    selector: Any = parsed.get("response_selector")
    return Understanding(
        text=str(parsed.get("text") or ""),
        intent=intent,
        ranking=tuple(_scores(parsed.get("intent_ranking"))),
        entities=tuple(_entities(parsed.get("entities"))),
        text_tokens=tuple(_spans(parsed.get("text_tokens"))),
        response_selector=selector if isinstance(selector, dict) else {},
        fallback=intent is not None and intent.name == FALLBACK_INTENT,
    )


def _score(given: Any) -> IntentScore | None:
    if not isinstance(given, dict) or not given.get("name"):
        return None
    return IntentScore(name=str(given["name"]), confidence=_number(given.get("confidence")) or 0.0)


def _scores(given: Any) -> Iterator[IntentScore]:
    for each in given if isinstance(given, list) else ():
        score = _score(each)
        if score is not None:
            yield score


def _entities(given: Any) -> Iterator[Entity]:
    for each in given if isinstance(given, list) else ():
        if isinstance(each, dict) and each.get("entity"):
            processors = each.get("processors")
            yield Entity(
                entity=str(each["entity"]),
                value=each.get("value"),
                start=_place(each.get("start")),
                end=_place(each.get("end")),
                role=_text(each.get("role")),
                group=_text(each.get("group")),
                extractor=_text(each.get("extractor")),
                confidence=_number(each.get("confidence_entity")),
                processors=tuple(map(str, processors)) if isinstance(processors, list) else (),
                info={key: value for key, value in each.items() if key not in _OWN} or None,
            )


def _spans(given: Any) -> Iterator[tuple[int, int]]:
    for each in given if isinstance(given, list) else ():
        if isinstance(each, list | tuple) and len(each) == 2:  # noqa: PLR2004 - start and end
            start, end = _place(each[0]), _place(each[1])
            if start is not None and end is not None:
                yield start, end


def _text(given: Any) -> str | None:
    return None if given is None else str(given)


def _number(given: Any) -> float | None:
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else None


def _place(given: Any) -> int | None:
    return given if isinstance(given, int) and not isinstance(given, bool) else None
