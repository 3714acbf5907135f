"""What the trainer's templates show, decided apart from how it looks. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.message import Author, Kind
from bot.domain.proposal import ProposalReason, ProposalStatus
from bot.domain.training import TrainingState
from bot.nlu.masking import mask_personal
from bot.service.curriculum import TaughtIntent, describe_intent
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.domain.message import Message
    from bot.domain.proposal import Proposal
    from bot.domain.training import Training
    from bot.domain.understanding import IntentScore

MOST_CHOICES = 5
# Where each stage begins and ends, of the whole. Validation fits five heads, the fit one.
_STAGES = {
    "": (0.0, 0.0),
    "recognise": (0.0, 0.1),
    "encode": (0.1, 0.15),
    "validate": (0.15, 0.7),
    "fit": (0.7, 0.82),
    "triage": (0.82, 0.92),
    "examine": (0.92, 0.98),
}
_STEPS = tuple(_STAGES)
_STARTING = 4.0  # seconds until the other process has begun


class Tab(StrEnum):
    """The parts of the page."""

    TEACH = "teach"
    LIST = "list"
    TRIAGE = "triage"
    MODELS = "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A likely intent. `confidence` 0..1 is the bot's."""

    key: int
    intent: TaughtIntent
    confidence: float

    @property
    def percent(self) -> str:
        """The confidence in words; almost nothing is not nothing."""
        return f"{self.confidence:.0%}".replace("%", " %") if self.confidence >= 0.01 else "< 1 %"  # noqa: PLR2004


def choose(ranking: Sequence[IntentScore], intents: Mapping[str, TaughtIntent]) -> list[Choice]:
    """Return the likeliest intents that may be chosen, best first, for the number keys."""
    known = [score for score in ranking if score.name in intents][:MOST_CHOICES]
    return [
        Choice(key=key, intent=intents[score.name], confidence=score.confidence)
        for key, score in enumerate(known, start=1)
    ]


def explain_why(proposal: Proposal, choices: Sequence[Choice]) -> str:
    """Say why a sentence is here."""
    if proposal.reason is ProposalReason.STAFF_ANSWERED:
        return say("trainer.why_staff_answered")
    if not proposal.ranking or not choices:
        return say("trainer.why_unsure")
    best = choices[0]
    return say("trainer.why_guess", words=best.intent.words, percent=best.percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """What was said before or after, and by whom."""

    who: str
    text: str
    side: str


def view_neighbour(messages: Sequence[Message]) -> Neighbour | None:
    """Show the first of `messages` that somebody said in words, masked; None where there is none."""
    for message in messages:
        if message.content.text and message.kind is not Kind.LINE and message.author is not Author.SYSTEM:
            text = mask_personal(message.content.text)
            return Neighbour(who=_who(message), text=text, side=message.author.value)
    return None


def _who(message: Message) -> str:
    if message.author is Author.STAFF:
        return message.staff_name or say("desk.colleague")
    return say(f"trainer.who_{message.author.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the last decision did, in words; it can be undone."""

    proposal_id: int
    sentence: str
    text: str


def describe_done(proposal: Proposal) -> Done:
    """Say what a decision changed."""
    words = describe_intent(proposal.intent or "")
    if proposal.status is ProposalStatus.LABELLED:
        name = (
            "done_there" if proposal.file is None else "done_new" if proposal.made_intent else "done_labelled"
        )
    else:
        name = f"done_{proposal.status.value}"
    sentence = say(f"trainer.{name}", words=words, file=proposal.file or "")
    return Done(proposal_id=proposal.id, sentence=sentence, text=proposal.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of training: `state` is `past`, `now` or `coming`."""

    words: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A training under way. `share` 0..1 of the whole; `left` in words, empty while nobody can tell."""

    share: float
    left: str
    steps: tuple[Step, ...]


def view_running(training: Training, now: datetime, *, usual: float | None) -> Running | None:
    """Show a training that runs; None for one that has ended. `usual`: seconds the last one took."""
    if training.state is not TrainingState.RUNNING:
        return None
    begins, ends = _STAGES.get(training.stage, (0.0, 0.0))
    share = begins + (ends - begins) * training.done / max(training.total, 1)
    at = _STEPS.index(training.stage) if training.stage in _STEPS else 0
    steps = tuple(
        Step(
            words=say(f"trainer.stage_{stage or 'start'}"),
            state="past" if number < at else "now" if number == at else "coming",
        )
        for number, stage in enumerate(_STEPS)
    )
    elapsed = (now - training.started_at).total_seconds()
    return Running(share=share, left=_describe_left(share, elapsed, usual), steps=steps)


def _describe_left(share: float, elapsed: float, usual: float | None) -> str:
    """Guess from the training before, and from this one as soon as it says something."""
    enough = share > _STAGES["validate"][0]
    if enough:
        seconds = elapsed * (1 - share) / share
    elif usual is not None:
        seconds = max(usual + _STARTING - elapsed, 1)
    else:
        return ""
    rounded = 5 * max(round(seconds / 5), 1)
    if rounded >= 90:  # noqa: PLR2004 - from here on people count in minutes
        return say("trainer.left_minutes", count=round(rounded / 60))
    return say("trainer.left_seconds", count=rounded)
