"""What the doctor finds: where, what, how sure, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.example import Example, Source


class Severity(StrEnum):
    """An `error` is certain and keeps something from being learned; a `warning` costs right answers.

    A `hint` costs little, or may be meant.
    """

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Kind(StrEnum):
    """The subjects of findings."""

    TWO_MEANINGS = "two_meanings"
    SAYS_NOTHING = "says_nothing"
    MISLABELLED = "mislabelled"
    UNLIKE = "unlike"
    SWALLOWED = "swallowed"
    TOO_SIMILAR = "too_similar"
    NEAR_DUPLICATE = "near_duplicate"
    TOO_SMALL = "too_small"
    IMBALANCE = "imbalance"
    REPEATED = "repeated"
    COPIES = "copies"
    ONE_WORD = "one_word"
    TOO_LONG = "too_long"
    ENTITY_MISSED = "entity_missed"
    ENTITY_NAMED_TWICE = "entity_named_twice"
    UNUSED_PATTERN = "unused_pattern"
    UNUSED_SYNONYM = "unused_synonym"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A text of the training data, and where it is written. `intent` is empty for word lists."""

    text: str
    intent: str = ""
    source: Source | None = None

    @property
    def where(self) -> str:
        """Return `file:line`, empty for what no file holds."""
        return f"{self.source.path}:{self.source.line}" if self.source else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`says` is what was found, `proposal` what to do, in words for somebody who is no programmer.

    `sure` (0..1): how sure the doctor is that something should change. `harm`: about how many texts the
    model understands less well for it; findings are ordered by it. `move_to` names the intent to which
    the first of `places` should go; None where nothing should be moved.
    """

    kind: Kind
    severity: Severity
    sure: float
    harm: float
    says: str
    proposal: str
    places: tuple[Place, ...] = ()
    intents: tuple[str, ...] = ()
    move_to: str | None = None

    @property
    def sureness(self) -> str:
        """Return `97 % sure`; nothing for what is certain."""
        return f"{min(round(self.sure * 100), 99)} % sure" if self.sure < 1 else ""


def name_line(here: Place) -> str:
    """Return `line 31 of orders.yml`, or `it` for what no file holds."""
    return f"line {here.source.line} of {here.source.path}" if here.source else "it"


def place(example: Example) -> Place:
    """Return where an example stands."""
    return Place(text=example.text, intent=example.intent, source=example.source)


def grow_sure(texts: int) -> float:
    """Return how sure a number of texts that go the same way makes: 1 → 33 %, 3 → 60 %, 18 → 90 %."""
    return texts / (texts + 2)
