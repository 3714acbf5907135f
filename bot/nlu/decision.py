"""Which intent is meant, where several components have a say: as in Rasa, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.understanding import FALLBACK_INTENT, IntentScore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.nlu.intents import Fallback

    Ranking = tuple[IntentScore, ...]


class Decider(StrEnum):
    """A component that decides the intent."""

    LEARNED = "learned"
    """The trained classifier: always decides, and makes the ranking."""
    KEYWORDS = "keywords"
    """KeywordIntentClassifier: overwrites the intent where a keyword is found, the ranking never."""
    FALLBACK = "fallback"
    """FallbackClassifier: puts `nlu_fallback` before what is unsure."""


DEFAULT_ORDER = (Decider.LEARNED, Decider.FALLBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The intent, None where nothing was found, and the ranking, best first."""

    intent: IntentScore | None = None
    ranking: tuple[IntentScore, ...] = ()

    @property
    def fallback(self) -> bool:
        """Whether the text counts as not understood."""
        return self.intent is not None and self.intent.name == FALLBACK_INTENT


def decide(
    order: Sequence[Decider], ranking: Ranking, *, keyword: str | None, fallback: Fallback | None
) -> Decision:
    """Ask each decider in turn. `ranking` is the trained classifier's, `keyword` the intent of one found."""
    decision = Decision()
    for decider in order:
        if decider is Decider.LEARNED:
            decision = Decision(intent=ranking[0] if ranking else None, ranking=ranking)
        elif decider is Decider.KEYWORDS and keyword is not None:
            decision = Decision(intent=IntentScore(name=keyword, confidence=1.0), ranking=decision.ranking)
        elif decider is Decider.FALLBACK and fallback is not None and _is_unsure(decision, fallback):
            unsure = IntentScore(name=FALLBACK_INTENT, confidence=fallback.threshold)
            decision = Decision(intent=unsure, ranking=(unsure, *decision.ranking))
    return decision


def _is_unsure(decision: Decision, fallback: Fallback) -> bool:
    """Tell whether the intent is below the threshold, or the first two of the ranking are too close.

    As in Rasa the ranking counts also where a keyword overwrote the intent.
    """
    confidence = decision.intent.confidence if decision.intent else 0.0
    close = [score.confidence for score in decision.ranking[:2]]
    return confidence < fallback.threshold or (len(close) > 1 and close[0] - close[1] < fallback.ambiguity)
