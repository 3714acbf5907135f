"""What `config.yml` asks of understanding and of the brand's desk, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSpec:
    """`config.yml: language, pipeline`. Thresholds None: the project has no FallbackClassifier.

    `components` keeps Rasa's names and parameters as written, in order.
    """

    language: str = "en"
    fallback_threshold: float | None = 0.3
    ambiguity_threshold: float | None = 0.1
    components: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSpec:
    """A human queue and how soon it promises a first answer."""

    name: str
    first_answer: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSpec:
    """`config.yml: desk`. A handoff to a queue that is not listed goes to `default_queue`.

    `promises` names the responses that say a person will answer: whoever says one, hands off.
    """

    queues: Mapping[str, QueueSpec] = field(
        default_factory=lambda: {"support": QueueSpec(name="support", first_answer=timedelta(minutes=30))},
    )
    default_queue: str = "support"
    promises: frozenset[str] = frozenset({"utter_handoff"})
