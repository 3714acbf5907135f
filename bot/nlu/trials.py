"""Examples beside what a model made of them: what every figure of an evaluation is counted from. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.understanding import FALLBACK_INTENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.domain.example import Example, Source
    from bot.domain.understanding import IntentScore, Understanding

OUT_OF_SCOPE = frozenset({FALLBACK_INTENT, "out_of_scope", "oos"})
"""Names under which test files keep texts that no intent covers; ordinary ones to a model that has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An example, and what a model made of its text.

    `got` is the likeliest intent and `confidence` (0..1) its probability, also where that was too low to act
    on it (`unsure`); a text that says nothing is taken for `nlu_fallback`. `in_scope` is the understanding's.
    Intents are named without the keys of retrieval intents; `expected_key` and `got_key` name both,
    `faq/hours`, where there is a key.
    """

    text: str
    expected: str
    got: str
    confidence: float
    in_scope: float = 0.0
    unsure: bool = False
    expected_key: str | None = None
    got_key: str | None = None
    source: Source | None = None

    @property
    def right(self) -> bool:
        """Whether the likeliest intent is the one that was meant."""
        return self.got == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Trials by what can be asked of them: the intent, or to notice that there is none."""

    in_scope: tuple[Trial, ...]
    out_of_scope: tuple[Trial, ...]


def try_examples(examples: Sequence[Example], understandings: Sequence[Understanding]) -> tuple[Trial, ...]:
    """Pair examples with what was understood of their texts; the n-th of both belong together."""
    return tuple(
        _try_one(example, understanding)
        for example, understanding in zip(examples, understandings, strict=True)
    )


def sort_trials(trials: Iterable[Trial], known: Collection[str]) -> Sorted:
    """Set aside the texts that `OUT_OF_SCOPE` names and that are no intent of the model's (`known`)."""
    strangers = OUT_OF_SCOPE.difference(known)
    kept: tuple[list[Trial], list[Trial]] = [], []
    for trial in trials:
        kept[trial.expected in strangers].append(trial)
    return Sorted(in_scope=tuple(kept[False]), out_of_scope=tuple(kept[True]))


def sort_by_confidence(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return the trials, those with the highest confidence first."""
    return tuple(sorted(trials, key=_get_confidence, reverse=True))


def _try_one(example: Example, understanding: Understanding) -> Trial:
    guess = _get_guess(understanding)
    got = guess.name if guess else FALLBACK_INTENT
    expected, slash, _ = example.intent.partition("/")
    return Trial(
        text=example.text,
        expected=expected,
        got=got,
        confidence=guess.confidence if guess else 0.0,
        in_scope=understanding.in_scope or 0.0,
        unsure=understanding.fallback or guess is None,
        expected_key=example.intent if slash else None,
        got_key=_get_key(understanding.response_selector, got),
        source=example.source,
    )


def _get_guess(understanding: Understanding) -> IntentScore | None:
    """Return the intent that was chosen, or would have been but for the thresholds.

    What a keyword chooses stands in no ranking; what the thresholds put before the ranking is no guess.
    """
    if understanding.intent and not understanding.fallback:
        return understanding.intent
    return next((score for score in understanding.ranking if score.name != FALLBACK_INTENT), None)


def _get_key(selected: Mapping[str, object], intent: str) -> str | None:
    chosen = selected.get(intent)
    response = chosen.get("response") if isinstance(chosen, dict) else None
    return str(response["intent_response_key"]) if isinstance(response, dict) else None


def _get_confidence(trial: Trial) -> float:
    return trial.confidence
