"""What triage says of a message, as the labels it is taught with; and how staff correct them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desk.alarm import ANGRY_BELOW, LIKELY, UNHAPPY_BELOW, URGENT_FROM
from bot.domain.triage_example import Mood, TriageLabels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.understanding import Triage

HAPPY_FROM = 0.75
"""Sentiment: 0.5 is neutral, 1 happy."""

CHOICES: Mapping[str, TriageLabels] = {
    "complaint": TriageLabels(complaint=True),
    "no_complaint": TriageLabels(complaint=False),
    "urgent": TriageLabels(urgent=True),
    "not_urgent": TriageLabels(urgent=False),
    **{mood.value: TriageLabels(mood=mood) for mood in Mood},
}
"""What can be said with one press, by name."""


def read_labels(triage: Triage | None) -> TriageLabels:
    """Return what a judgement says, by the limits at which the desk acts; nothing where nobody judged."""
    if triage is None:
        return TriageLabels()
    return TriageLabels(
        complaint=triage.complaint >= LIKELY,
        urgent=triage.urgency >= URGENT_FROM,
        mood=_read_mood(triage.sentiment),
    )


def correct_labels(judged: TriageLabels, said: TriageLabels | None) -> TriageLabels:
    """Return what holds of a message: what staff said, and what was judged where they said nothing."""
    if said is None:
        return judged
    return TriageLabels(
        complaint=judged.complaint if said.complaint is None else said.complaint,
        urgent=judged.urgent if said.urgent is None else said.urgent,
        mood=said.mood or judged.mood,
    )


def holds(choice: TriageLabels, labels: TriageLabels) -> bool:
    """Tell whether all that a choice says is among the labels."""
    return correct_labels(labels, choice) == labels


def _read_mood(sentiment: float) -> Mood:
    if sentiment < ANGRY_BELOW:
        return Mood.ANGRY
    if sentiment < UNHAPPY_BELOW:
        return Mood.UNHAPPY
    return Mood.HAPPY if sentiment >= HAPPY_FROM else Mood.NEUTRAL
