"""How a message's triage stands beside it in the thread, and what can be said of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desk.labels import CHOICES, correct_labels, holds, read_labels
from bot.domain.correction import CorrectionStatus
from bot.domain.message import Author, Kind
from bot.domain.triage_example import Mood, TriageLabels
from bot.nlu.masking import mask_personal
from bot.rasa_format.escapes import clean_example
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.correction import Correction
    from bot.domain.message import Message
    from bot.domain.understanding import Triage

_QUESTIONS = (("complaint", "no_complaint"), ("urgent", "not_urgent"), tuple(mood.value for mood in Mood))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChoice:
    """A thing that can be said of a message; `holds` tells that it is so already."""

    name: str
    words: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageMark:
    """What stands beside a message. `quiet`: there is nothing to see until somebody looks closely.

    `note` says who corrected it and what became of that; `open` that it still can be corrected,
    `said` that there is something to take back.
    """

    words: str
    quiet: bool
    because: str
    note: str
    open: bool
    said: bool
    questions: tuple[tuple[LabelChoice, ...], ...]


def view_marks(
    messages: Sequence[Message], judged: Mapping[int, Triage], corrections: Mapping[int, Correction]
) -> dict[int, TriageMark]:
    """Return the marks of those messages that have one: what customers wrote, a burst's at its end."""
    ends = {message.turn_id or message.id: message.id for message in messages if _is_text(message)}
    return {
        message.id: _view_mark(judged.get(message.id), corrections.get(message.id))
        for message in messages
        if _is_text(message) and ends[message.turn_id or message.id] == message.id
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionView:
    """A correction as a trainer decides it: `text` and `questions` may be changed before it is taught."""

    said: str
    judged: str
    text: str
    questions: tuple[tuple[str, tuple[LabelChoice, ...]], ...]


def view_correction(correction: Correction, judged: Triage | None, labels: TriageLabels) -> CorrectionView:
    """Show a correction; `labels` are what it would teach."""
    said = ", ".join(
        say(f"triage.choose_{name}") for name, choice in CHOICES.items() if holds(choice, correction.said)
    )
    words = describe_labels(read_labels(judged)) or say("triage.nothing")
    return CorrectionView(
        said=say("trainer.triage_said", name=correction.staff_name, words=said),
        judged=say("trainer.triage_judged", words=words) if judged else say("trainer.triage_not_judged"),
        text=clean_example(mask_personal(correction.text)),
        questions=tuple(zip(("complaint", "urgent", "mood"), _view_questions(labels), strict=True)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDone:
    """What a trainer's decision did, in words; it can be undone."""

    message_id: int
    sentence: str
    text: str


def describe_correction_done(correction: Correction) -> CorrectionDone:
    """Say what a decision changed."""
    name = correction.status.value
    if correction.status is CorrectionStatus.TAUGHT and correction.file is None:
        name = "there"
    return CorrectionDone(
        message_id=correction.message_id,
        sentence=say(f"trainer.triage_done_{name}", file=correction.file or ""),
        text=correction.example or clean_example(mask_personal(correction.text)),
    )


def describe_labels(labels: TriageLabels) -> str:
    """Say in a few words what is out of the ordinary about a message; empty where nothing is."""
    words = [
        say("triage.complaint") if labels.complaint else "",
        say("triage.urgent") if labels.urgent else "",
        say(f"triage.{labels.mood.value}") if labels.mood and labels.mood is not Mood.NEUTRAL else "",
    ]
    return " · ".join(word for word in words if word)


def _is_text(message: Message) -> bool:
    return message.author is Author.CONTACT and message.kind is Kind.TEXT and bool(message.content.text)


def _view_mark(triage: Triage | None, correction: Correction | None) -> TriageMark:
    labels = correct_labels(read_labels(triage), correction.said if correction else None)
    words = describe_labels(labels)
    because = ", ".join(f"“{word}”" for word in triage.because) if triage and labels.complaint else ""
    return TriageMark(
        words=words or say("triage.nothing" if labels.complaint is not None else "triage.not_judged"),
        quiet=not words and correction is None,
        because=say("triage.because", words=because) if because else "",
        note=_describe_correction(correction),
        open=correction is None or correction.status is CorrectionStatus.OPEN,
        said=correction is not None,
        questions=_view_questions(labels),
    )


def _view_questions(labels: TriageLabels) -> tuple[tuple[LabelChoice, ...], ...]:
    return tuple(
        tuple(
            LabelChoice(name=name, words=say(f"triage.choose_{name}"), holds=holds(CHOICES[name], labels))
            for name in names
        )
        for names in _QUESTIONS
    )


def _describe_correction(correction: Correction | None) -> str:
    if correction is None:
        return ""
    return say(f"triage.note_{correction.status.value}", name=correction.staff_name)
