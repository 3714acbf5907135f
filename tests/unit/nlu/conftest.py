"""The real encoder, and a model trained once on a brand of three intents."""

from __future__ import annotations

import pytest

from bot.domain.example import Example, TrainingData, WordPattern
from bot.domain.pipeline import PipelineSpec
from bot.domain.understanding import Entity
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import Encoder, open_encoder
from bot.nlu.model import NluModel
from bot.nlu.progress import Progress
from bot.nlu.training import train_nlu

TEXTS = {
    "greet": ("hello", "hi there", "good morning", "hey", "hi 👋", "good evening all"),
    "ask_delivery": (
        "where is my parcel",
        "when will my headphones arrive",
        "how long does delivery to Berlin take",
        "has my package been shipped",
        "do you deliver to Ghent",
        "tracking says nothing, where is it",
    ),
    "ask_refund": (
        "I want my money back",
        "how do I return these",
        "can I get a refund",
        "refund please",
        "send it back and get repaid",
        "what is your return policy",
    ),
}
CITIES = ("Berlin", "Ghent")


def make_data() -> TrainingData:
    examples = tuple(
        Example(text=text, intent=intent, entities=_find_cities(text))
        for intent, texts in TEXTS.items()
        for text in texts
    )
    return TrainingData(
        examples=examples,
        regexes=(WordPattern(name="order_number", patterns=(r"LY-\d{4}",)),),
        synonyms={"gand": "Ghent"},
    )


def ignore(progress: Progress) -> None:
    """Take no notice."""


def _find_cities(text: str) -> tuple[Entity, ...]:
    return tuple(
        Entity(entity="city", value=city, start=text.index(city), end=text.index(city) + len(city))
        for city in CITIES
        if city in text
    )


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return open_encoder()


@pytest.fixture(scope="session")
def embedder(encoder: Encoder) -> Embedder:
    return Embedder(encoder)


@pytest.fixture(scope="session")
def model(embedder: Embedder) -> NluModel:
    return train_nlu(make_data(), PipelineSpec(), embedder=embedder, seed=0, progress=ignore)
