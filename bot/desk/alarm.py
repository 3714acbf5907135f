"""What triage changes about a handoff: how soon, and what whoever opens it reads of the customer's mood.

It only ever raises a priority: who is urgent for another reason stays so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.desk.reasons import describe_reason
from bot.domain.handoff import Priority
from bot.domain.understanding import Triage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.handoff import HandoffRequest
    from bot.domain.understanding import Understanding

LIKELY = 0.5
URGENT_FROM = 0.7
ANGRY_BELOW, UNHAPPY_BELOW = 0.15, 0.35
"""Sentiment: 0 is angry, 0.25 unhappy, 0.5 neutral."""
_RANKS = {Priority.NORMAL: 0, Priority.HIGH: 1, Priority.URGENT: 2}


def weigh_handoff(handoff: HandoffRequest, understandings: Iterable[Understanding | None]) -> HandoffRequest:
    """Raise the priority of a complaint that cannot wait or is angry, and say in the summary what shows it.

    `understandings` are those of the turn that hands off; the strongest complaint among them counts.
    """
    judged = [each.triage for each in understandings if each and each.triage]
    worst = max(judged, key=_get_complaint, default=Triage())
    if worst.complaint < LIKELY:
        return handoff
    priority = max(handoff.priority, _choose_priority(worst), key=_RANKS.__getitem__)
    mood = describe_mood(worst)
    if not mood:
        return replace(handoff, priority=priority)
    summary = handoff.summary or f"{describe_reason(handoff.reason).capitalize()}."
    return replace(handoff, priority=priority, summary=f"{summary} {mood}")


def describe_mood(triage: Triage) -> str:
    """Say how a complaint sounds, and by which of its words; nothing where it neither presses nor hurts."""
    sounds = []
    if triage.sentiment < ANGRY_BELOW:
        sounds.append("angry")
    elif triage.sentiment < UNHAPPY_BELOW:
        sounds.append("unhappy")
    if triage.urgency >= URGENT_FROM:
        sounds.append("urgent")
    if not sounds:
        return ""
    words = ", ".join(f"“{word}”" for word in triage.because)
    return f"Sounds {' and '.join(sounds)}: {words}." if words else f"Sounds {' and '.join(sounds)}."


def _choose_priority(triage: Triage) -> Priority:
    if triage.urgency >= URGENT_FROM:
        return Priority.URGENT
    return Priority.HIGH if triage.sentiment < ANGRY_BELOW else Priority.NORMAL


def _get_complaint(triage: Triage) -> float:
    return triage.complaint
