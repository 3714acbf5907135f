"""A field of shares with its two axes, from zero on."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log10

from bot.web.evaluation.svg import draw, write

_LABEL = 12
_STEPS = (1, 2, 2.5, 5, 10)
_MOST_STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A rectangle of a picture: shares 0..`right` run to the right, 0..`top` upwards."""

    x: float
    y: float
    width: float
    height: float
    right: float = 1.0
    top: float = 1.0

    def at(self, across: float, up: float) -> tuple[float, float]:
        """Return where a pair of shares lies in the picture."""
        return (
            self.x + self.width * across / self.right,
            self.y + self.height * (1 - min(up, self.top) / self.top),
        )


def draw_axes(field: Field, *, across: str, up: str) -> str:
    """Return lines and labels of both axes; `across` and `up` name them."""
    bottom, end = field.y + field.height, field.x + field.width
    parts = []
    for share in _ticks(field.top):
        _, y = field.at(0, share)
        parts.append(draw("line", x1=field.x, y1=y, x2=end, y2=y, class_="grid"))
        parts.append(write(_percent(share), field.x - 6, y + 4, text_anchor="end", class_="tick"))
    for share in _ticks(field.right):
        x, _ = field.at(share, 0)
        parts.append(write(_percent(share), x, bottom + 16, text_anchor="middle", class_="tick"))
    parts.append(draw("line", x1=field.x, y1=bottom, x2=end, y2=bottom, class_="axis"))
    parts.append(write(across, end, bottom + 34, text_anchor="end", class_="name"))
    parts.append(write(up, 0, field.y - _LABEL, class_="name"))
    return "".join(parts)


def round_up(share: float) -> float:
    """Return the end of an axis that holds `share`: the next round step above it."""
    step = _choose_step(share)
    return step * ceil(share / step - 1e-9)


def _ticks(top: float) -> list[float]:
    step = _choose_step(top)
    return [number * step for number in range(round(top / step) + 1)]


def _choose_step(top: float) -> float:
    """Return the smallest round step of which `_MOST_STEPS` reach `top`."""
    least = top / _MOST_STEPS
    power = 10.0 ** ceil(log10(least) - 1)
    return next(step * power for step in _STEPS if step * power >= least - 1e-12)


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"
