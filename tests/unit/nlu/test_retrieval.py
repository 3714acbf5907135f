from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from bot.domain.example import Example, TrainingData
from bot.domain.pipeline import PipelineSpec
from bot.nlu.evaluation import HeldOut, measure
from bot.nlu.intents import Fallback
from bot.nlu.reader import Reader
from bot.nlu.retrieval import KeyFolder, fold_keys
from bot.nlu.training import train_nlu
from tests.unit.nlu.conftest import ignore

if TYPE_CHECKING:
    from bot.nlu.embeddings import Embedder

NAMES = ("faq/hours", "faq/parking", "greet", "thank")
TAUGHT = {
    "faq/hours": (
        "when do you open",
        "what are your opening hours",
        "are you open on sunday",
        "closing time?",
    ),
    "faq/parking": ("where can I park", "is there a car park", "parking near the shop", "a place for my car"),
    "greet": ("hello", "hi there", "good morning", "hey"),
}


def test_chance_of_a_retrieval_intent_is_the_sum_over_its_keys() -> None:
    ranking = KeyFolder(NAMES).rank(np.array([0.35, 0.3, 0.2, 0.15]))
    assert [(each.name, round(each.confidence, 3)) for each in ranking] == [
        ("faq", 0.65),
        ("greet", 0.2),
        ("thank", 0.15),
    ]


def test_key_is_chosen_among_those_of_its_intent() -> None:
    selected: Any = KeyFolder(NAMES).select(np.array([0.1, 0.3, 0.4, 0.2]))
    assert selected["all_retrieval_intents"] == ["faq"]
    assert selected["faq"]["response"]["utter_action"] == "utter_faq/parking"
    assert selected["faq"]["response"]["confidence"] == pytest.approx(0.75)
    keys = [each["intent_response_key"] for each in selected["faq"]["ranking"]]
    assert keys == ["faq/parking", "faq/hours"]


def test_a_selector_without_an_intent_of_its_own_chooses_among_all_keys() -> None:
    names = ("chat/joke", "faq/hours", "faq/parking", "greet")
    selected: Any = KeyFolder(names).select(np.array([0.2, 0.05, 0.25, 0.5]))
    assert list(selected) == ["all_retrieval_intents", "default", "chat", "faq"]
    ranking = [(each["intent_response_key"], each["confidence"]) for each in selected["default"]["ranking"]]
    assert ranking == [
        ("faq/parking", pytest.approx(0.5)),
        ("chat/joke", pytest.approx(0.4)),
        ("faq/hours", pytest.approx(0.1)),
    ]


def test_many_keys_do_not_make_an_intent_likelier_for_a_text_that_says_nothing() -> None:
    assert {each.confidence for each in KeyFolder(NAMES).rank_blindly()} == {1 / 3}


def test_intents_without_keys_need_no_folding() -> None:
    assert fold_keys(("greet", "thank")) is None


def test_text_that_is_unsure_of_the_key_alone_counts_as_answered() -> None:
    held_out = HeldOut(
        texts=["open?"],
        names=NAMES,
        probabilities=np.array([[0.35, 0.3, 0.2, 0.15]]),
        labels=np.array([0]),
    )
    assert measure(held_out, Fallback(threshold=0.5, ambiguity=0.1))["answered"] == 1.0


def test_trained_model_tells_intent_and_key(embedder: Embedder) -> None:
    examples = tuple(Example(text=text, intent=name) for name, texts in TAUGHT.items() for text in texts)
    data = TrainingData(examples=examples)
    model = train_nlu(data, PipelineSpec(), embedder=embedder, seed=0, progress=ignore)
    reader = Reader(model, embedder.encoder)

    [hours, parking] = reader.read(["what are your opening hours", "is there a car park"])

    for understanding, key in ((hours, "faq/hours"), (parking, "faq/parking")):
        assert understanding.intent is not None
        assert understanding.intent.name == "faq"
        assert {each.name for each in understanding.ranking} == {"faq", "greet"}
        selected = cast("Any", understanding.response_selector)
        assert selected["faq"]["response"]["intent_response_key"] == key
