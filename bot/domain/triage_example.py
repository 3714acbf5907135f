"""A post labelled for triage: what the complaint part of understanding learns from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.example import Source


class Mood(StrEnum):
    """How the writer feels."""

    ANGRY = "angry"
    UNHAPPY = "unhappy"
    NEUTRAL = "neutral"
    HAPPY = "happy"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageLabels:
    """What is told of a post, question by question; None where nobody told."""

    complaint: bool | None = None
    urgent: bool | None = None
    mood: Mood | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageExample:
    """A labelled post.

    `complaint`: it presents a state of affairs that breaches what the writer could expect of a company.
    `urgent`: somebody there should act within the hour. `sector` names the kind of company ("airlines";
    "everyday" for posts about none): how well triage transfers is measured on sectors left out.
    """

    text: str
    sector: str
    complaint: bool
    urgent: bool
    mood: Mood
    source: Source | None = None
