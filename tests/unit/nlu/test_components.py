from __future__ import annotations

from typing import Any

import pytest

from bot.domain.pipeline import DIMENSIONS, PipelineSpec
from bot.nlu.components import Components, choose_components
from bot.nlu.decision import Decider
from bot.nlu.dimensions.options import Dimension, DimensionOptions
from bot.nlu.entities import Extractor
from bot.nlu.intents import Fallback
from bot.nlu.regex_entities import RegexOptions


def test_an_empty_pipeline_gets_every_part() -> None:
    assert choose_components(PipelineSpec()) == Components(
        language="en",
        extractors=tuple(Extractor),
        keep_overlaps=False,
        regex=RegexOptions(),
        dimensions=DimensionOptions(dimensions=tuple(Dimension)),
        fallback=Fallback(threshold=0.3, ambiguity=0.1),
    )


def test_a_named_pipeline_gets_what_it_names() -> None:
    spec = PipelineSpec(
        language="de",
        fallback_threshold=None,
        components=(
            {"name": "WhitespaceTokenizer"},
            {
                "name": "rasa.nlu.extractors.regex_entity_extractor.RegexEntityExtractor",
                "case_sensitive": True,
            },
        ),
    )
    assert choose_components(spec) == Components(
        language="de",
        extractors=(Extractor.PATTERNS,),
        keep_overlaps=True,
        regex=RegexOptions(case_sensitive=True),
        fallback=None,
    )


@pytest.mark.parametrize("name", ["DIETClassifier", "CRFEntityExtractor", "MitieEntityExtractor"])
def test_rasas_trained_recognisers_stand_for_ours(name: str) -> None:
    assert choose_components(PipelineSpec(components=({"name": name},))).extractors == (Extractor.LEARNED,)


def test_a_classifier_told_to_leave_entities_alone_does() -> None:
    spec = PipelineSpec(components=({"name": "DIETClassifier", "entity_recognition": False},))
    assert choose_components(spec).extractors == ()


def test_who_finds_entities_follows_the_pipeline() -> None:
    names = ("DucklingEntityExtractor", "DIETClassifier", "EntitySynonymMapper", "RegexEntityExtractor")
    spec = PipelineSpec(components=tuple({"name": name} for name in (*names, "CRFEntityExtractor")))
    assert choose_components(spec).extractors == (
        Extractor.DIMENSIONS,
        Extractor.LEARNED,
        Extractor.SYNONYMS,
        Extractor.PATTERNS,
    )


@pytest.mark.parametrize(
    ("told", "options"),
    [
        ({}, DimensionOptions()),
        (
            {"dimensions": ["time", "distance"], "locale": "en_GB", "timezone": "Europe/London"},
            DimensionOptions(dimensions=(Dimension.TIME,), locale="en_GB", timezone="Europe/London"),
        ),
        ({"dimensions": "email"}, DimensionOptions(dimensions=(Dimension.EMAIL,))),
        ({"dimensions": ["distance"]}, DimensionOptions(dimensions=())),
    ],
)
def test_dimensions_are_those_duckling_is_asked_for(told: dict[str, Any], options: DimensionOptions) -> None:
    spec = PipelineSpec(components=({"name": "DucklingEntityExtractor", **told},))
    assert choose_components(spec).dimensions == options


def test_a_language_goes_by_its_simple_code() -> None:
    assert choose_components(PipelineSpec(language="pt_BR")).language == "pt"


LEARNED, KEYWORDS, FALLBACK = Decider.LEARNED, Decider.KEYWORDS, Decider.FALLBACK


@pytest.mark.parametrize(
    ("names", "order"),
    [
        ([], [LEARNED, FALLBACK]),
        (["RegexEntityExtractor"], [LEARNED, FALLBACK]),
        (["SklearnIntentClassifier", "KeywordIntentClassifier"], [LEARNED, KEYWORDS]),
        (["KeywordIntentClassifier", "DIETClassifier", "FallbackClassifier"], [LEARNED, FALLBACK]),
        (["KeywordIntentClassifier", "FallbackClassifier"], [KEYWORDS, FALLBACK]),
        (
            ["DIETClassifier", "FallbackClassifier", "KeywordIntentClassifier"],
            [LEARNED, FALLBACK, KEYWORDS],
        ),
    ],
)
def test_who_decides_the_intent_follows_the_pipeline(names: list[str], order: list[Decider]) -> None:
    spec = PipelineSpec(components=tuple({"name": name} for name in names))
    assert list(choose_components(spec).order) == order


def test_a_classifier_told_to_leave_intents_alone_does() -> None:
    spec = PipelineSpec(
        components=(
            {"name": "DIETClassifier", "intent_classification": False},
            {"name": "KeywordIntentClassifier", "case_sensitive": False},
        ),
    )
    components = choose_components(spec)
    assert components.order == (KEYWORDS,)
    assert components.keywords_case_sensitive is False


def test_the_dimensions_found_are_those_check_tells_of() -> None:
    assert tuple(Dimension) == DIMENSIONS
