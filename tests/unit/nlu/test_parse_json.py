from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.domain.understanding import Entity, IntentScore, Triage, Understanding
from bot.nlu.parse_json import render_parse

if TYPE_CHECKING:
    from bot.domain.json import JsonObject


def test_parse_json_is_that_of_rasa_with_language_and_triage() -> None:
    understanding = Understanding(
        text="to NYC",
        intent=IntentScore(name="travel", confidence=0.75),
        ranking=(IntentScore(name="travel", confidence=0.75), IntentScore(name="greet", confidence=0.25)),
        entities=(
            Entity(
                entity="city",
                value="New York",
                start=3,
                end=6,
                role="to",
                extractor="SpacyPhraseMatcher",
                processors=("EntitySynonymMapper",),
            ),
        ),
        text_tokens=((0, 2), (3, 6)),
        language="en",
        in_scope=0.97,
        triage=Triage(complaint=0.9, urgency=0.2, sentiment=0.1, because=("late", "again")),
    )
    assert json.loads(json.dumps(render_parse(understanding))) == {
        "text": "to NYC",
        "intent": {"name": "travel", "confidence": 0.75},
        "entities": [
            {
                "entity": "city",
                "start": 3,
                "end": 6,
                "value": "New York",
                "role": "to",
                "extractor": "SpacyPhraseMatcher",
                "processors": ["EntitySynonymMapper"],
            },
        ],
        "text_tokens": [[0, 2], [3, 6]],
        "intent_ranking": [
            {"name": "travel", "confidence": 0.75},
            {"name": "greet", "confidence": 0.25},
        ],
        "response_selector": {},
        "language": "en",
        "in_scope": 0.97,
        "triage": {"complaint": 0.9, "urgency": 0.2, "sentiment": 0.1, "because": ["late", "again"]},
    }


def test_parse_json_of_no_text_has_no_intent() -> None:
    rendered = render_parse(Understanding(text="", intent=None))
    assert rendered["intent"] == {"name": None, "confidence": 0.0}
    assert rendered["intent_ranking"] == []


def test_parse_json_ranks_ten_at_most() -> None:
    ranking = tuple(IntentScore(name=f"i{number}", confidence=0.05) for number in range(11))
    rendered = render_parse(Understanding(text="x", intent=ranking[0], ranking=ranking))
    assert rendered["intent_ranking"] == [{"name": f"i{number}", "confidence": 0.05} for number in range(10)]


def test_what_a_value_says_beside_itself_is_its_additional_info() -> None:
    info: JsonObject = {"type": "value", "value": 5.0, "unit": "£"}
    entity = Entity(entity="amount-of-money", value=5.0, start=0, end=2, info=info)
    understanding = Understanding(text="£5", intent=None, entities=(entity,))
    assert render_parse(understanding)["entities"] == [
        {"entity": "amount-of-money", "start": 0, "end": 2, "value": 5.0, "additional_info": info},
    ]


def test_a_button_is_no_complaint() -> None:
    triage = render_parse(Understanding(text="/refund", intent=IntentScore(name="refund", confidence=1.0)))[
        "triage"
    ]
    assert triage == {"complaint": 0.0, "urgency": 0.0, "sentiment": 0.5, "because": []}
