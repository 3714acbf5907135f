"""The risk-coverage curve: what a threshold answers, and how much of that is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from bot.nlu.coverage import Answering, Coverage
from bot.nlu.evaluation_words import say_share
from bot.web.evaluation.axes import Field, draw_axes, round_up
from bot.web.evaluation.svg import draw, frame, trace, write

_WIDTH, _HEIGHT = 450, 312
_MOST_POINTS = 300
_HEADROOM = 1.35  # for the names above the curves
_FIRST = 0.02
"""Coverages below this do not decide how high the picture is: one mistake among ten texts is 10 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Where a project's thresholds put the model, and what to call that."""

    coverage: float
    risk: float
    name: str


def draw_coverage(coverage: Coverage, here: Operation, other: Coverage | None = None) -> str:
    """Return the picture; `other` is the curve of the model it is compared with."""
    curves = [each for each in (coverage, other) if each]
    highest = max(
        [here.risk, *(point.risk for curve in curves for point in curve.points if point.coverage >= _FIRST)]
    )
    field = Field(x=48, y=30, width=380, height=240, top=min(round_up(max(highest, 0.01) * _HEADROOM), 1.0))
    parts = [
        draw_axes(
            field, across="share of the texts that are answered", up="share of the answers that are wrong"
        ),
        _fill(field, coverage),
    ]
    if other:
        parts.append(_draw_curve(field, other, "curve other"))
    parts.append(_draw_curve(field, coverage, "curve"))
    parts += [_mark(field, here), _name_marks(field, here, versus=other is not None)]
    return frame(
        *parts,
        width=_WIDTH,
        height=_HEIGHT,
        label=f"Curve of wrong answers over answered texts. {here.name}: {say_share(here.coverage)} "
        f"answered, {say_share(here.risk)} of that wrong.",
    )


def _draw_curve(field: Field, coverage: Coverage, class_: str) -> str:
    return draw("path", d=trace(_follow(field, coverage)), class_=class_) if coverage.points else ""


def _fill(field: Field, coverage: Coverage) -> str:
    if not coverage.points:
        return ""
    return draw("path", d=trace([field.at(0, 0), *_follow(field, coverage), field.at(1, 0)]), class_="area")


def _follow(field: Field, coverage: Coverage) -> list[tuple[float, float]]:
    return [field.at(point.coverage, point.risk) for point in _thin(coverage.points)]


def _thin(points: tuple[Answering, ...]) -> list[Answering]:
    """Return at most about `_MOST_POINTS`, evenly, the last one among them."""
    step = max(len(points) // _MOST_POINTS, 1)
    return [*points[:-1:step], *points[-1:]]


def _mark(field: Field, here: Operation) -> str:
    x, y = field.at(here.coverage, here.risk)
    bottom = field.at(0, 0)[1]
    return "".join(
        [
            draw("line", x1=x, y1=y, x2=x, y2=bottom, class_="guide"),
            draw("line", x1=field.x, y1=y, x2=x, y2=y, class_="guide"),
            draw("circle", cx=x, cy=y, r=5, class_="point"),
        ]
    )


def _name_marks(field: Field, here: Operation, *, versus: bool) -> str:
    """Return the names of the point and of the other curve, in the corner that curves leave free."""
    x, y = field.x + 14, field.y + 18
    parts = [
        draw("circle", cx=x, cy=y - 4, r=5, class_="point"),
        write(here.name, x + 14, y, class_="note"),
        write(
            f"{say_share(here.coverage)} answered, {say_share(here.risk)} of that wrong",
            x + 14,
            y + 16,
            class_="note",
        ),
    ]
    if versus:
        parts += [
            draw("line", x1=x - 8, y1=y + 30, x2=x + 8, y2=y + 30, class_="curve other"),
            write("the other model", x + 14, y + 34, class_="quiet-note"),
        ]
    return "".join(parts)
