from __future__ import annotations

import pytest

from bot.domain.pipeline import PipelineSpec
from bot.nlu.components import Components, choose_components
from bot.nlu.decision import Decider
from bot.nlu.intents import Fallback
from bot.nlu.regex_entities import RegexOptions


def test_an_empty_pipeline_gets_every_part() -> None:
    assert choose_components(PipelineSpec()) == Components(
        language="en",
        regex=RegexOptions(),
        phrases=True,
        synonyms=True,
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
        regex=RegexOptions(case_sensitive=True),
        phrases=False,
        synonyms=False,
        fallback=None,
    )


def test_rasas_trained_recognisers_stand_for_ours() -> None:
    for name in ("DIETClassifier", "CRFEntityExtractor"):
        assert choose_components(PipelineSpec(components=({"name": name},))).phrases


def test_a_classifier_told_to_leave_entities_alone_does() -> None:
    spec = PipelineSpec(components=({"name": "DIETClassifier", "entity_recognition": False},))
    assert not choose_components(spec).phrases


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
