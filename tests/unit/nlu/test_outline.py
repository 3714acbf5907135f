from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pipeline import DIMENSIONS
from bot.nlu.dimensions.options import Dimension
from bot.nlu.outline import outline
from bot.nlu.tokens import load_language
from bot.rasa_format.components import COMPONENTS
from bot.rasa_format.parameters import PARAMETERS
from tests.unit.nlu.test_pipeline import read_spec

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", autouse=True)
def _one_language() -> Iterator[None]:
    """Load a language once: it takes spaCy as long as all the rest takes a hundred times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.nlu.outline.load_language", cache(load_language))
        yield


def test_an_empty_pipeline_runs_every_part() -> None:
    stages = dict(outline(read_spec()))
    assert list(stages) == ["tokens", "encoder", "intents", "entities"]
    assert "all-MiniLM-L6-v2 (built in)" in stages["encoder"]
    assert stages["intents"].endswith(
        ", then `nlu_fallback` below 0.3 or where the second is closer than 0.1"
    )
    assert stages["entities"] == (
        "patterns and lists, then what is like the annotated words of the examples, "
        "then time, amount-of-money, email, phone-number, then synonyms for what was found"
    )


def test_what_a_pipeline_names_is_told_in_its_order() -> None:
    stages = dict(
        outline(
            read_spec(
                "SpacyNLP, model: en_core_web_md",
                "LogisticRegressionClassifier",
                "FallbackClassifier, threshold: 0.7",
                "KeywordIntentClassifier, case_sensitive: false",
                "SpacyEntityExtractor, dimensions: [GPE, ORG]",
                'visavis.Encoder, model: intfloat/e5, prefix: "query: "',
            )
        )
    )
    learned, fallback, keywords = stages["intents"].split(", then ")
    assert learned.startswith("the trained classifier")
    assert "below 0.7" in fallback
    assert keywords == "whole examples as keywords (whatever their capitals)"
    assert stages["encoder"].startswith('intfloat/e5, prefix "query: "')
    assert stages["entities"] == "spaCy's en_core_web_md (GPE, ORG)"


def test_the_dimensions_of_the_project_files_are_those_that_are_found() -> None:
    assert list(DIMENSIONS) == [each.value for each in Dimension]


def test_a_pipeline_without_extractors_looks_for_no_entities() -> None:
    assert dict(outline(read_spec("SklearnIntentClassifier")))["entities"] == "none are looked for"


values = st.none() | st.booleans() | st.integers() | st.floats(0, 1) | st.text("aé:{", max_size=3)


@st.composite
def items(draw: st.DrawFn) -> str:
    """Draw a component of any name with any of its parameters, as JSON, which YAML reads too."""
    name = draw(st.sampled_from(sorted(COMPONENTS)))
    keys = draw(st.lists(st.sampled_from(["name", *PARAMETERS[name]]), max_size=3))
    written = {key: draw(values | st.lists(values, max_size=2)) for key in keys if key != "name"}
    return ", ".join([name, *(f"{key}: {json.dumps(value)}" for key, value in written.items())])


@given(st.lists(items(), max_size=5))
def test_whatever_is_written_has_an_outline(pipeline: list[str]) -> None:
    """Also what `visavis check` finds errors in."""
    stages = outline(read_spec(*pipeline))
    assert all(stage and what for stage, what in stages)
