"""Two models beside each other, on the held-out texts that both have. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING, Any

from bot.nlu.outcomes import key_of, unpack_outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import Json

    Metrics = Mapping[str, Json]

CHANCE = 1.96
"""Better and worse texts differ by more than this many standard deviations: 5 % by chance (sign test)."""


class Verdict(StrEnum):
    """What the comparison comes to. `ALIKE`: the difference may be chance. `UNKNOWN`: nothing in common."""

    BETTER = "better"
    WORSE = "worse"
    ALIKE = "alike"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A text of the intent `expected` that was understood as `got`."""

    text: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentChange:
    """The F1 score (0..1) of an intent in both models; None where it did not exist."""

    name: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float:
        """How much it gained."""
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`common` texts, `right` of them now and `right_before`; `new` ones that only the newer model has.

    `mended` were wrong before, `broken` are wrong now: as many as both models list, the counts are whole.
    """

    verdict: Verdict
    common: int
    right: int
    right_before: int
    better: int
    worse: int
    new: int
    new_right: int
    mended: tuple[Mistake, ...]
    broken: tuple[Mistake, ...]
    intents: tuple[IntentChange, ...]


def compare(after: Metrics, before: Metrics) -> Comparison:
    """Compare the metrics of a model with those of one before it."""
    now, then = unpack_outcomes(after.get("held_out")), unpack_outcomes(before.get("held_out"))
    common = now.keys() & then.keys()
    mended = {key for key in common if now[key] and not then[key]}
    broken = {key for key in common if then[key] and not now[key]}
    new = now.keys() - then.keys()
    return Comparison(
        verdict=_judge(len(common), better=len(mended), worse=len(broken)),
        common=len(common),
        right=sum(now[key] for key in common),
        right_before=sum(then[key] for key in common),
        better=len(mended),
        worse=len(broken),
        new=len(new),
        new_right=sum(now[key] for key in new),
        mended=_find(before, mended),
        broken=_find(after, broken),
        intents=_compare_intents(after, before),
    )


def _judge(common: int, *, better: int, worse: int) -> Verdict:
    if not common:
        return Verdict.UNKNOWN
    if abs(better - worse) <= CHANCE * sqrt(better + worse):
        return Verdict.ALIKE
    return Verdict.BETTER if better > worse else Verdict.WORSE


def _find(metrics: Metrics, keys: set[int]) -> tuple[Mistake, ...]:
    listed = _rows(metrics.get("wrong"))
    mistakes = (
        Mistake(text=str(row["text"]), expected=str(row["expected"]), got=str(row["got"])) for row in listed
    )
    return tuple(each for each in mistakes if key_of(each.text, each.expected) in keys)


def _compare_intents(after: Metrics, before: Metrics) -> tuple[IntentChange, ...]:
    """Return the intents whose score changed, the largest change first."""
    now, then = _scores(after), _scores(before)
    changes = (
        IntentChange(name=name, before=then.get(name), after=now.get(name))
        for name in sorted(now.keys() | then.keys())
    )
    changed = [each for each in changes if each.before != each.after]
    return tuple(sorted(changed, key=lambda each: -abs(each.difference)))


def _scores(metrics: Metrics) -> dict[str, float]:
    table: Any = metrics.get("per_intent")
    return {name: float(row["f1"]) for name, row in table.items()} if isinstance(table, dict) else {}


def _rows(listed: Json) -> list[dict[str, Any]]:
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
