"""From `config.yml: pipeline` to what is understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.pipeline import PipelineSpec
from bot.nlu.model import NluModel
from bot.nlu.parse_json import render_parse
from bot.nlu.reader import Reader
from bot.nlu.training import train_nlu
from bot.rasa_format.fields import Reader as FileReader
from bot.rasa_format.pipeline_file import read_pipeline
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml
from tests.unit.nlu.conftest import ignore, make_data

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.nlu.embeddings import Embedder


def read_spec(*items: str) -> PipelineSpec:
    text = "pipeline:\n" + "".join(f"- {{name: {item}}}\n" for item in items)
    return read_pipeline(parse_yaml(text.encode(), path="config.yml"), FileReader(Problems()))


def train(embedder: Embedder, *items: str) -> Reader:
    """Train, save, load."""
    model = train_nlu(make_data(), read_spec(*items), embedder=embedder, seed=0, progress=ignore)
    return Reader(NluModel.from_files(model.to_files()), embedder.encoder)


def parse(reader: Reader, text: str) -> JsonObject:
    (understanding,) = reader.read([text])
    return render_parse(understanding)


def test_a_keyword_overrules_the_trained_classifier(embedder: Embedder) -> None:
    reader = train(embedder, "LogisticRegressionClassifier", "KeywordIntentClassifier, case_sensitive: false")
    parsed = parse(reader, "where is my parcel, REFUND please, I want my money back")
    assert parsed["intent"] == {"name": "ask_delivery", "confidence": 1.0}  # first in the data
    ranking = parsed["intent_ranking"]
    assert isinstance(ranking, list)
    assert len(ranking) == 3
    assert {"name": "ask_delivery", "confidence": 1.0} not in ranking


def test_keywords_alone_leave_other_texts_without_an_intent(embedder: Embedder) -> None:
    reader = train(embedder, "KeywordIntentClassifier")
    assert parse(reader, "well, good morning")["intent"] == {"name": "greet", "confidence": 1.0}
    parsed = parse(reader, "Good Morning to all")
    assert parsed["intent"] == {"name": None, "confidence": 0.0}
    assert parsed["intent_ranking"] == []


def test_keywords_with_a_fallback_ask_where_none_is_found(embedder: Embedder) -> None:
    reader = train(embedder, "KeywordIntentClassifier", "FallbackClassifier, threshold: 0.4")
    (understood, other) = reader.read(["good morning", "Good Morning"])
    assert (understood.fallback, other.fallback) == (False, True)
    assert render_parse(other)["intent"] == {"name": "nlu_fallback", "confidence": 0.4}
