"""A model's figures in words, beside another's. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.nlu.comparison import Verdict
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.domain.json import Json
    from bot.nlu.comparison import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `change` says the difference with its direction; `good` None: neither."""

    name: str
    how: str
    after: str
    before: str
    change: str
    good: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a training came to: the sentence first, then the rest of it."""

    head: str
    rest: str = ""


def describe_comparison(found: Comparison) -> Result:
    """Say what changed between two models."""
    if found.verdict is Verdict.UNKNOWN:
        return Result(head=say("trainer.verdict_unknown"))
    head = say(
        f"trainer.verdict_{found.verdict.value}",
        right=f"{found.right:,}",
        common=f"{found.common:,}",
        before=f"{found.right_before:,}",
    )
    tail = say("trainer.verdict_moves", better=found.better, worse=found.worse)
    news = say("trainer.verdict_new", new=found.new, right=found.new_right) if found.new else ""
    return Result(head=head, rest=f"{tail} {news}".strip())


def describe_alone(metrics: Mapping[str, Json]) -> Result:
    """Say how good a model is that stands beside no other."""
    examples, accuracy = _number(metrics, "examples") or 0.0, _number(metrics, "accuracy") or 0.0
    right = round(examples * accuracy)
    return Result(head=say("trainer.verdict_first", right=f"{right:,}", examples=f"{examples:,.0f}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Something to look at in the examples: `where` is file and line, `proposal` what to do."""

    where: str
    says: str
    proposal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the data doctor found in a model's examples: `found` in all, the worst of each kind."""

    sentence: str
    found: int
    worst: tuple[Advice, ...]


def view_health(metrics: Mapping[str, Json]) -> Health | None:
    """Show how sound a model's examples are; None where nobody looked, or nothing was found."""
    health = metrics.get("health")
    if not isinstance(health, dict) or not health.get("found"):
        return None
    listed = health.get("worst")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    worst = tuple(
        Advice(where=str(row.get("where")), says=str(row.get("says")), proposal=str(row.get("proposal")))
        for row in rows
    )
    return Health(sentence=str(health.get("sentence")), found=int(_number(health, "found") or 0), worst=worst)


def view_figures(after: Mapping[str, Json], before: Mapping[str, Json] | None) -> tuple[Figure, ...]:
    """Return the table: shares as per cent with differences in points, amounts as they are."""
    rows: tuple[tuple[str, Callable[[float], str], bool | None], ...] = (
        ("accuracy", _per_cent, True),
        ("macro_f1", _per_cent, True),
        ("answered", _per_cent, None),
        ("answered_wrong", _per_cent, False),
        ("examples", _amount, None),
        ("intents", _amount, None),
    )
    return tuple(
        _figure(name, _number(after, name), _number(before or {}, name), show=show, more_is_good=more)
        for name, show, more in rows
    )


def _figure(
    name: str,
    after: float | None,
    before: float | None,
    *,
    show: Callable[[float], str],
    more_is_good: bool | None,
) -> Figure:
    gained = after - before if after is not None and before is not None else 0.0
    change = ""
    if after is not None and before is not None:
        change = _describe_points(gained) if show is _per_cent else _describe_amount(gained)
    moved = bool(change) and change != say("trainer.same")
    return Figure(
        name=say(f"trainer.figure_{name}"),
        how=say(f"trainer.how_{name}"),
        after=show(after) if after is not None else say("trainer.not_known"),
        before=show(before) if before is not None else say("trainer.not_known"),
        change=change,
        good=(gained > 0) is more_is_good if moved and more_is_good is not None else None,
    )


def _describe_points(gained: float) -> str:
    points = round(abs(gained) * 100, 1)
    if not points:
        return say("trainer.same")
    return say("trainer.points_more" if gained > 0 else "trainer.points_less", points=f"{points:.1f}")


def _describe_amount(gained: float) -> str:
    if not gained:
        return say("trainer.same")
    return say("trainer.amount_more" if gained > 0 else "trainer.amount_less", amount=f"{abs(gained):,.0f}")


def _number(metrics: Mapping[str, Json], name: str) -> float | None:
    value = metrics.get(name)
    return float(value) if isinstance(value, int | float) else None


def _per_cent(value: float) -> str:
    return f"{value * 100:.1f} %"


def _amount(value: float) -> str:
    return f"{value:,.0f}"
