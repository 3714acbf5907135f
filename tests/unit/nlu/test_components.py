from __future__ import annotations

from bot.domain.pipeline import PipelineSpec
from bot.nlu.components import Components, choose_components
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
