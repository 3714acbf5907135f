"""Examples, and what a model might have made of them, without a model."""

from __future__ import annotations

from bot.domain.example import Example, Source
from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understanding
from bot.nlu.trials import Trial

Said = tuple[str, str, str, float]
"""Text, intent that was meant, intent that was understood, confidence."""

KNOWN = ("ask_delivery", "ask_refund", "greet")
THRESHOLD = 0.5
SAID: tuple[Said, ...] = (
    ("hello", "greet", "greet", 0.9),
    ("hey", "greet", "greet", 0.7),
    ("where is it", "ask_delivery", "ask_delivery", 0.8),
    ("has it been sent", "ask_delivery", "ask_refund", 0.6),
    ("is it coming <b>back</b>?", "ask_delivery", "ask_refund", 0.4),
    ("money back", "ask_refund", "ask_refund", 1.0),
)


def make_examples(said: tuple[Said, ...] = SAID) -> list[Example]:
    """Return the examples, one on each line of a file."""
    return [
        Example(text=text, intent=meant, source=Source(path="test.yml", line=number))
        for number, (text, meant, _, _) in enumerate(said, start=1)
    ]


def make_understandings(said: tuple[Said, ...] = SAID) -> list[Understanding]:
    """Return what was understood; below the threshold it falls back."""
    return [_understand(text, got, confidence) for text, _, got, confidence in said]


def make_trial(meant: str, got: str, confidence: float = 0.9, *, unsure: bool = False) -> Trial:
    """Return a trial of some text."""
    return Trial(
        text=f"{meant} as {got}",
        expected=meant,
        got=got,
        confidence=confidence,
        in_scope=confidence,
        unsure=unsure,
    )


def _understand(text: str, got: str, confidence: float) -> Understanding:
    others = [name for name in KNOWN if name != got]
    ranking = (
        IntentScore(name=got, confidence=confidence),
        *(IntentScore(name=name, confidence=(1 - confidence) / len(others)) for name in others),
    )
    unsure = confidence < THRESHOLD
    if unsure:
        ranking = (IntentScore(name=FALLBACK_INTENT, confidence=THRESHOLD), *ranking)
    return Understanding(text=text, intent=ranking[0], ranking=ranking, fallback=unsure, in_scope=confidence)
