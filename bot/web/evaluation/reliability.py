"""The reliability diagram: what was promised beside what was held."""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.evaluation_words import say_share
from bot.nlu.reliability import Bin
from bot.web.evaluation.axes import Field, draw_axes
from bot.web.evaluation.svg import draw, explain, frame, write

_WIDTH, _HEIGHT = 450, 400
_FIELD = Field(x=48, y=30, width=380, height=240)
_COUNTS = 330, 48  # where the counts begin, and how high the highest is


def draw_reliability(bins: Sequence[Bin]) -> str:
    """Return the picture: a bar for each bin, and below it how many texts stand behind it."""
    start, end = _FIELD.at(0, 0), _FIELD.at(1, 1)
    most = max((each.examples for each in bins), default=1)
    return frame(
        draw_axes(_FIELD, across="confidence", up="share that is right"),
        *(_draw_bin(each) for each in bins),
        draw("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], class_="ideal"),
        _name_ideal(),
        *(_draw_count(each, most) for each in bins),
        write("how many texts", 0, _COUNTS[0] - 6, class_="name"),
        width=_WIDTH,
        height=_HEIGHT,
        label="Bars of the share that is right over confidence; the table below holds the same numbers.",
    )


def _draw_bin(each: Bin) -> str:
    left, top = _FIELD.at(each.low, each.accuracy)
    right, bottom = _FIELD.at(each.high, 0)
    x, y = _FIELD.at(each.confidence, each.confidence)
    words = (
        f"{each.examples} texts, confidence {say_share(each.confidence)} on average, "
        f"{say_share(each.accuracy)} right"
    )
    return draw(
        "g",
        explain(words),
        draw("rect", x=left + 1, y=top, width=right - left - 2, height=bottom - top, class_="bar"),
        draw("line", x1=x, y1=y, x2=x, y2=top, class_="gap"),
    )


def _name_ideal() -> str:
    x, y = _FIELD.at(0.5, 0.5)
    return write("as promised", x - 8, y - 10, text_anchor="end", class_="note")


def _draw_count(each: Bin, most: int) -> str:
    top, height = _COUNTS
    left, right = _FIELD.at(each.low, 0)[0], _FIELD.at(each.high, 0)[0]
    high = height * each.examples / most
    middle = (left + right) / 2
    return draw(
        "g",
        draw("rect", x=left + 1, y=top + height - high, width=right - left - 2, height=high, class_="count"),
        write(f"{each.examples}", middle, top + height + 14, text_anchor="middle", class_="small"),
    )
