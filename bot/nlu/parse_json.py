"""`Understanding` → Rasa's parse JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.understanding import Triage

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject
    from bot.domain.understanding import Entity, IntentScore, Understanding

RANKING_LENGTH = 10


def render_parse(understanding: Understanding) -> JsonObject:
    """Return the body of `POST /model/parse`, its keys in Rasa's order; after them those Rasa has not.

    What nobody wrote, like the payload of a button, is no complaint.
    """
    intent = understanding.intent
    return {
        "text": understanding.text,
        "intent": _render_intent(intent) if intent else {"name": None, "confidence": 0.0},
        "entities": [_render_entity(entity) for entity in understanding.entities],
        "text_tokens": [list(span) for span in understanding.text_tokens],
        "intent_ranking": [_render_intent(score) for score in understanding.ranking[:RANKING_LENGTH]],
        "response_selector": understanding.response_selector,
        "language": understanding.language,
        "in_scope": understanding.in_scope,
        "triage": _render_triage(understanding.triage or Triage()),
    }


def _render_intent(score: IntentScore) -> JsonObject:
    return {"name": score.name, "confidence": score.confidence}


def _render_triage(triage: Triage) -> JsonObject:
    return {
        "complaint": triage.complaint,
        "urgency": triage.urgency,
        "sentiment": triage.sentiment,
        "because": list(triage.because),
    }


def _render_entity(entity: Entity) -> JsonObject:
    optional: dict[str, Json] = {
        "role": entity.role,
        "group": entity.group,
        "confidence_entity": entity.confidence,
        "extractor": entity.extractor,
        "processors": list(entity.processors) or None,
        "additional_info": entity.info,
    }
    return {
        "entity": entity.entity,
        "start": entity.start,
        "end": entity.end,
        "value": entity.value,
        **{key: value for key, value in optional.items() if value is not None},
    }
