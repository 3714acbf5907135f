from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain.example import Example, TrainingData
from bot.domain.pipeline import PipelineSpec
from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understanding
from bot.errors import ModelError
from bot.nlu.parse_json import render_parse
from bot.nlu.reader import Reader
from bot.nlu.training import train_nlu
from tests.unit.nlu.conftest import ignore

if TYPE_CHECKING:
    from bot.nlu.embeddings import Embedder
    from bot.nlu.encoder import Encoder
    from bot.nlu.model import NluModel


@pytest.fixture(scope="module")
def reader(model: NluModel, encoder: Encoder) -> Reader:
    return Reader(model, encoder)


def read(reader: Reader, text: str) -> Understanding:
    (understanding,) = reader.read([text])
    return understanding


def test_read_finds_intent_entities_and_tokens(reader: Reader) -> None:
    understanding = read(reader, "  when does my parcel reach gand? ")
    assert understanding.text == "when does my parcel reach gand?"
    assert understanding.intent is not None
    assert understanding.intent.name == "ask_delivery"
    assert understanding.ranking[0] == understanding.intent
    assert not understanding.fallback
    assert understanding.text_tokens[-2:] == ((26, 30), (30, 31))
    assert (understanding.language, understanding.triage) == ("en", None)


def test_read_finds_an_annotated_value_in_a_new_sentence(reader: Reader) -> None:
    (entity,) = read(reader, "ship it to BERLIN now").entities
    assert (entity.entity, entity.value, entity.start, entity.end) == ("city", "BERLIN", 11, 17)


def test_texts_unlike_all_examples_are_out_of_scope(reader: Reader) -> None:
    own, strange, foreign, empty = reader.read(
        [
            "where is my parcel now",
            "who painted the ceiling of that chapel",
            "ich möchte mein Geld zurück",
            "",
        ]
    )
    assert own.in_scope is not None
    assert strange.in_scope is not None
    assert strange.in_scope < 0.5 < own.in_scope
    assert foreign.in_scope == 0
    assert empty.in_scope is None


@pytest.mark.parametrize("text", ["???", "🙃🙃", "... !", "\u200b\u2060", "$$", "@Lyra <url>", ":)"])
def test_text_that_says_nothing_falls_back(reader: Reader, text: str) -> None:
    understanding = read(reader, text)
    assert understanding.fallback
    assert understanding.intent == IntentScore(name=FALLBACK_INTENT, confidence=0.3)
    assert {score.confidence for score in understanding.ranking[1:]} == {1 / 3}


@pytest.mark.parametrize("text", ["", "   ", "\0\0", "\n\t "])
def test_empty_text_has_no_intent(reader: Reader, text: str) -> None:
    assert read(reader, text) == Understanding(text="", intent=None)


def test_links_and_users_alone_mean_what_examples_of_such_mean(embedder: Embedder) -> None:
    examples = (
        Example(text="https://example.org/a", intent="give_link"),
        Example(text="it is www.example.org", intent="give_link"),
        Example(text="hello", intent="greet"),
    )
    data = TrainingData(examples=examples)
    taught = train_nlu(data, PipelineSpec(), embedder=embedder, seed=0, progress=ignore)
    understanding = read(Reader(taught, embedder.encoder), "@Lyra https://t.co/x1")
    best = understanding.ranking[1 if understanding.fallback else 0]
    assert best.name == "give_link"


@pytest.mark.parametrize("text", ["👋", "👋🏽👋🏽", "@Lyra 👋"])
def test_an_emoji_that_examples_hold_is_evidence(reader: Reader, text: str) -> None:
    understanding = read(reader, text)
    best = understanding.ranking[1 if understanding.fallback else 0]
    assert best.name == "greet"


def test_without_fallback_classifier_the_best_intent_stands(model: NluModel, encoder: Encoder) -> None:
    understanding = read(Reader(replace(model, fallback=None), encoder), "???")
    assert not understanding.fallback
    assert understanding.intent == IntentScore(name="ask_delivery", confidence=1 / 3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters() | st.sampled_from("@#<&;:)!\U0001f44d\u200d\ufe0f\u202e\0 "), max_size=300)
)
@example(text="x" * 50_000)
@example(text="where is my parcel " * 3_000)
@example(text="\u202eabc\u2066\u200b\ufeff")
@example(text="Где моя посылка? 我的包裹在哪里 أين طردي")
@example(text="\ud800\0")
@example(text="\U0001f44d\U0001f3fd" * 3_000)
@example(text="\ufdfa" * 4_000)  # each becomes eighteen letters
@example(text="\x01\x07\x1b[31m&#0;&#xD800;")
@example(text="@a #b https://t.co/c " * 1_000)
def test_any_text_yields_a_finite_normalised_understanding(reader: Reader, text: str) -> None:
    understanding = read(reader, text)
    confidences = [score.confidence for score in understanding.ranking]
    assert all(math.isfinite(value) and 0 <= value <= 1 for value in confidences)
    scored = confidences[1:] if understanding.fallback else confidences
    assert scored == sorted(scored, reverse=True)
    assert not scored or 0 < sum(scored) <= 1 + 1e-4
    json.dumps(render_parse(understanding), ensure_ascii=False, allow_nan=False).encode()
    length = len(understanding.text)
    assert all(0 <= start < end <= length for start, end in understanding.text_tokens)


@pytest.mark.parametrize(
    "text",
    [
        "@Lyra where is my \uff50\uff41\uff52\uff43\uff45\uff4c",
        "where is my pa\u200brcel https://t.co/x1",
        "where is my&nbsp;parcel",
    ],
)
def test_what_channels_add_to_a_text_changes_nothing(reader: Reader, text: str) -> None:
    plain = read(reader, "where is my parcel")
    assert read(reader, text).ranking == plain.ranking


@pytest.mark.parametrize(
    ("text", "language"),
    [("Wo bleibt denn mein Paket?", "de"), ("Где моя посылка?", "ru"), ("我的包裹在哪里", "zh")],
)
def test_a_text_in_another_language_says_nothing_and_tells_which(
    reader: Reader, text: str, language: str
) -> None:
    understanding = read(reader, text)
    assert (understanding.language, understanding.fallback) == (language, True)
    assert {score.confidence for score in understanding.ranking[1:]} == {1 / 3}


def test_a_text_in_a_language_that_examples_are_in_is_understood(embedder: Embedder) -> None:
    german = ("Wo bleibt mein Paket?", "Wann kommt meine Lieferung an?", "Ich warte noch auf das Paket")
    examples = [Example(text=text, intent="ask_delivery") for text in german]
    data = TrainingData(examples=(*examples, Example(text="hello", intent="greet")))
    taught = train_nlu(data, PipelineSpec(), embedder=embedder, seed=0, progress=ignore)
    assert taught.taught == ("de",)
    understanding = read(Reader(taught, embedder.encoder), "Wo bleibt denn das Paket?")
    assert (understanding.language, understanding.ranking[0].name) == ("de", "ask_delivery")


def test_the_language_of_a_word_that_may_be_any_is_not_told(reader: Reader) -> None:
    assert read(reader, "ok").language is None


def test_entities_are_found_in_the_text_as_it_was_written(reader: Reader) -> None:
    text = "@Lyra 😡 #Late when will it reach Berlin"
    (entity,) = read(reader, text).entities
    assert (entity.value, entity.start, entity.end) == ("Berlin", text.index("Berlin"), len(text))


def test_reading_many_texts_equals_reading_each(reader: Reader) -> None:
    texts = ["hello", "", "refund please", "where is my parcel " * 9, "???"]
    assert reader.read(texts) == [read(reader, text) for text in texts]


def test_a_model_of_another_encoder_is_refused(model: NluModel, encoder: Encoder) -> None:
    with pytest.raises(ModelError, match="`visavis train --release`"):
        Reader(replace(model, encoder="other"), encoder)
