"""What `config.yml` asks of understanding and of the brand's desk, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.case import CaseWords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import JsonObject


LEARNED_CLASSIFIERS = frozenset(
    {"DIETClassifier", "LogisticRegressionClassifier", "SklearnIntentClassifier", "MitieIntentClassifier"}
)
"""Rasa's trained intent classifiers: each of them stands for ours."""
DIMENSIONS = ("time", "amount-of-money", "email", "phone-number")
"""What is found here of what Duckling finds, by Duckling's names."""
KEYWORDS, FALLBACK, SPACY_MODEL, SPACY_ENTITIES, ENCODER = (
    "KeywordIntentClassifier",
    "FallbackClassifier",
    "SpacyNLP",
    "SpacyEntityExtractor",
    "visavis.Encoder",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSpec:
    """A sentence encoder of the project's own choice (`visavis.Encoder`).

    `model` is a folder, relative to `config.yml`, or a name on the model hub; `file` its ONNX file, where it
    is not the usual one. `pooling` makes one vector of the tokens' (`mean`, `cls`); None: as the model
    itself says. `prefix` goes before every text.
    """

    model: str
    file: str | None = None
    pooling: str | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSpec:
    """`config.yml: language, pipeline`. Thresholds None: the project has no FallbackClassifier.

    `components` keeps Rasa's names and parameters as written, in order; none: the native default.
    `encoder` None: the built-in one.
    """

    language: str = "en"
    fallback_threshold: float | None = 0.3
    ambiguity_threshold: float | None = 0.1
    components: tuple[JsonObject, ...] = ()
    encoder: EncoderSpec | None = None


def decides_intents(component: JsonObject) -> bool:
    """Tell whether a component is a trained classifier that is not told to leave intents alone."""
    return (
        component.get("name") in LEARNED_CLASSIFIERS and component.get("intent_classification") is not False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSpec:
    """A human queue and how soon it promises a first answer."""

    name: str
    first_answer: timedelta


class PublicPosts(StrEnum):
    """Which posts that everybody reads the bot takes up."""

    ALL = "all"
    NEEDED = "needed"  # those that need an answer, and every doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSpec:
    """`config.yml: desk`. A handoff to a queue that is not listed goes to `default_queue`.

    `promises` names the responses that say a person will answer: whoever says one, hands off. `words` are
    the brand's where a public thread goes on in private. `hand_over_at_once`: whoever asks for a person in so
    many words gets one, and who complains in anger is not asked back (`engines/at_once.py`).
    """

    queues: Mapping[str, QueueSpec] = field(
        default_factory=lambda: {"support": QueueSpec(name="support", first_answer=timedelta(minutes=30))},
    )
    default_queue: str = "support"
    promises: frozenset[str] = frozenset({"utter_handoff"})
    public_posts: PublicPosts = PublicPosts.NEEDED
    words: CaseWords = field(default_factory=CaseWords)
    hand_over_at_once: bool = True
