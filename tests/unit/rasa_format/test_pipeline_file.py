from __future__ import annotations

import pytest

from bot.domain.pipeline import EncoderSpec, PipelineSpec
from bot.rasa_format.components import COMPONENTS
from bot.rasa_format.fields import Reader
from bot.rasa_format.parameters import PARAMETERS
from bot.rasa_format.pipeline_file import read_pipeline
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml
from tests.unit.rasa_format.test_config_file import read as read_config


def read(*items: str, language: str = "en") -> tuple[PipelineSpec, list[str]]:
    """Read a pipeline whose items stand on lines 3, 4, … of the file, one line each."""
    problems = Problems()
    text = f"language: {language}\npipeline:\n" + "".join(f"- {{name: {item}}}\n" for item in items)
    spec = read_pipeline(parse_yaml(text.encode(), path="config.yml"), Reader(problems))
    return spec, [problem.show().removeprefix("config.yml:") for problem in problems]


def warnings(*items: str) -> list[str]:
    return [line for line in read(*items)[1] if "note:" not in line]


def test_every_component_of_rasa_has_an_answer_and_parameters() -> None:
    assert COMPONENTS.keys() == PARAMETERS.keys()


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_a_parameter_nobody_reads_is_named(name: str) -> None:
    _, problems = read(f"{name}, case_sensetive: true")
    assert any(f"3: warning: `case_sensetive` is no parameter of `{name}`." in line for line in problems)


def test_a_misspelt_parameter_has_a_proposal() -> None:
    (warning,) = warnings("KeywordIntentClassifier, case_sensetive: true")
    assert warning == (
        "3: warning: `case_sensetive` is no parameter of `KeywordIntentClassifier`. "
        "Did you mean `case_sensitive`?"
    )


def test_parameters_without_effect_are_named_with_what_stands_in() -> None:
    _, (problem,) = read("SklearnIntentClassifier, C: [1], kernels: [linear]")
    assert problem == (
        "3: note: `SklearnIntentClassifier` does not run here. In its place: the native intent classifier. "
        "Without effect: `C`, `kernels`."
    )


def test_parameters_that_count_are_not_said_to_be_without_effect() -> None:
    _, (problem,) = read("ResponseSelector, retrieval_intent: faq, epochs: 10")
    assert problem.endswith("Without effect: `epochs`.")


@pytest.mark.parametrize(
    ("written", "thresholds"),
    [
        ("", (0.3, 0.1)),
        (", threshold: 0.7", (0.7, 0.1)),
        (", ambiguity_threshold: 0", (0.3, 0.0)),
        (", threshold: 1, ambiguity_threshold: 0.2", (1.0, 0.2)),
    ],
)
def test_a_threshold_that_is_not_written_is_rasas(written: str, thresholds: tuple[float, float]) -> None:
    spec, _ = read("SklearnIntentClassifier", f"FallbackClassifier{written}")
    assert (spec.fallback_threshold, spec.ambiguity_threshold) == thresholds


@pytest.mark.parametrize("items", [(), ("visavis.Encoder, model: here",)])
def test_a_pipeline_without_rasas_components_is_the_default(items: tuple[str, ...]) -> None:
    spec, problems = read(*items)
    assert problems == []
    assert (spec.components, spec.fallback_threshold, spec.ambiguity_threshold) == ((), 0.3, 0.1)


def test_an_encoder_of_ones_own_is_read() -> None:
    written = 'visavis.Encoder, model: intfloat/e5, file: onnx/q.onnx, pooling: cls, prefix: "query: "'
    spec, problems = read(written)
    assert problems == []
    assert spec.encoder == EncoderSpec(
        model="intfloat/e5", file="onnx/q.onnx", pooling="cls", prefix="query: "
    )


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        (["visavis.Encoder"], "3: error: `visavis.Encoder` needs `model:`"),
        (["visavis.Encoder, model: 7"], "3: error: `model` should be a text"),
        (["visavis.Encoder, model: x, pooling: max"], "3: error: `pooling` should be one of: mean, cls."),
        (["RegexEntityExtractor, use_regexes: 1"], "3: error: `use_regexes` should be `true` or `false`"),
        (["KeywordIntentClassifier, case_sensitive: x"], "3: error: `case_sensitive` should be `true` or"),
        (["DIETClassifier, entity_recognition: x"], "3: error: `entity_recognition` should be `true` or"),
        (["SpacyNLP, model: m", "SpacyEntityExtractor, dimensions: 7"], "4: error: `dimensions` should be"),
        (["ResponseSelector, retrieval_intent: 7"], "3: error: `retrieval_intent` should be a text"),
        (["SpacyEntityExtractor"], "3: error: `SpacyEntityExtractor` needs `SpacyNLP`"),
        (["SpacyEntityExtractor", "SpacyNLP, model: m"], "3: error: `SpacyEntityExtractor` needs `SpacyNLP`"),
        (["SpacyNLP", "SpacyEntityExtractor"], "3: error: `SpacyNLP` needs `model:`"),
        (
            ["DucklingEntityExtractor, dimensions: [time, distance, url]"],
            "3: warning: `distance`, `url`: not found here. What is found: time, amount-of-money,",
        ),
        (["DucklingEntityExtractor, dimensions: [7]"], "3: error: an item of `dimensions` should be a text"),
        (
            ["FallbackClassifier", "SklearnIntentClassifier"],
            "3: error: `FallbackClassifier` needs an intent classifier before it. Move it after `Sklearn",
        ),
        (
            ["KeywordIntentClassifier", "SklearnIntentClassifier"],
            "3: warning: `KeywordIntentClassifier` decides nothing: `SklearnIntentClassifier` below",
        ),
        (
            ["KeywordIntentClassifier", "FallbackClassifier", "MitieIntentClassifier"],
            "4: warning: `FallbackClassifier` decides nothing: `MitieIntentClassifier` below overwrites it.",
        ),
        (
            ["KeywordIntentClassifier", "KeywordIntentClassifier"],
            "4: warning: `KeywordIntentClassifier` stands twice",
        ),
    ],
)
def test_what_cannot_work_is_told_with_its_line(items: list[str], problem: str) -> None:
    assert any(line.startswith(problem) for line in warnings(*items)), warnings(*items)


@pytest.mark.parametrize(
    "items",
    [
        ["SklearnIntentClassifier", "KeywordIntentClassifier", "FallbackClassifier"],
        ["SklearnIntentClassifier", "FallbackClassifier", "KeywordIntentClassifier"],
        ["KeywordIntentClassifier", "FallbackClassifier"],
        ["DucklingEntityExtractor, url: http://localhost, dimensions: time", "CRFEntityExtractor"],
        ["CountVectorsFeaturizer", "CountVectorsFeaturizer", "ResponseSelector", "ResponseSelector"],
        ["SpacyNLP, model: en_core_web_md", "SpacyTokenizer", "SpacyEntityExtractor, dimensions: [GPE]"],
    ],
)
def test_pipelines_as_rasa_takes_them_have_no_warning(items: list[str]) -> None:
    assert warnings(*items) == []


def test_a_graph_of_ones_own_is_refused() -> None:
    _, (problem,) = read_config("recipe: graph.v1\n")
    assert problem.endswith(
        "The recipe `graph.v1` is not known. A graph of one's own runs in Rasa only. "
        "Write `recipe: default.v1`."
    )
