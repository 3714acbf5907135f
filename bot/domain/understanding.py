"""What NLU made of a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import Json

FALLBACK_INTENT = "nlu_fallback"  # Rasa's name for a text that was not understood


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentScore:
    """An intent and the calibrated probability (0..1) that the text means it."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A value found in the text. `start` and `end` count code points of the text.

    `info` is what a date, an amount and the like say beside their value, such as the unit.
    """

    entity: str
    value: Json
    start: int | None = None
    end: int | None = None
    role: str | None = None
    group: str | None = None
    extractor: str | None = None
    confidence: float | None = None
    processors: tuple[str, ...] = ()
    info: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """The complaint part. All probabilities in 0..1; `because` holds the words that caused them.

    `asks`: of a public post, that its author wants something of the brand it names; 1 where nobody judged.
    """

    complaint: float = 0.0
    urgency: float = 0.0
    sentiment: float = 0.5
    asks: float = 1.0
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """The whole of it. `ranking` is the trained classifier's, best first; a keyword may overrule it.

    `intent` is None only where there is no model or no text, or where nothing but keywords decides.
    `fallback` is True where the confidence was below the project's threshold; `intent.name` is then
    `nlu_fallback`.
    `text` is what was understood, stripped; `text_tokens` are (start, end) code points. `language` (ISO
    639-1) is the text's own, None where it is not certain. `in_scope` (0..1) tells whether it is about
    anything the examples are about, whichever intent that is: below 0.5 it is stranger than 19 of 20 of the
    project's own texts. It is None where nothing was read.
    """

    text: str
    intent: IntentScore | None
    ranking: tuple[IntentScore, ...] = ()
    entities: tuple[Entity, ...] = ()
    language: str | None = None
    triage: Triage | None = None
    text_tokens: tuple[tuple[int, int], ...] = ()
    response_selector: Mapping[str, Json] = field(default_factory=dict)
    fallback: bool = False
    in_scope: float | None = None
