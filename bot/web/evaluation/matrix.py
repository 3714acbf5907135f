"""The confusion matrix: the most confused intents large enough to read, and all of them at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.web.evaluation.svg import draw, explain, frame, write

Pairs = Counter[tuple[str, str]]

_CELL = 24
_LETTER = 6.3  # width of a letter of a name, nearly
_LEAST_LEFT = 130
_OVERVIEW = 560
_LEAST_INK = 0.16
"""How visible a single mistake is."""


def draw_matrix(names: Sequence[str], pairs: Pairs) -> str:
    """Return rows of intents that were meant, columns of what they were taken for, with counts.

    Columns bear the numbers of the rows. What was taken for an intent outside `names` is summed up in the
    last column.
    """
    meant = _count_meant(pairs)
    left = max(_LEAST_LEFT, max(len(name) for name in names) * _LETTER + 44)
    size = len(names) * _CELL
    last = left + size + _CELL / 2 + 6
    elsewhere = [meant[name] - sum(pairs[name, got] for got in names) for name in names]
    return frame(
        write("meant ↓   taken for →", left - 8, 16, text_anchor="end", class_="tick"),
        *(_write_number(left + (row + 0.5) * _CELL, 16, row + 1) for row in range(len(names))),
        write("else", last, 16, text_anchor="middle", class_="tick"),
        *(_draw_row(names, row, pairs, meant[name], left) for row, name in enumerate(names)),
        *(_write_number(last, _CELL + row * _CELL + 16, count) for row, count in enumerate(elsewhere)),
        draw("rect", x=left, y=_CELL, width=size, height=size, class_="edge"),
        width=left + size + _CELL + 16,
        height=size + _CELL + 2,
        label="Confusion matrix of the most confused intents; the lists below hold the same numbers.",
    )


def _draw_row(names: Sequence[str], row: int, pairs: Pairs, meant: int, left: float) -> str:
    """Return the name of a row and those of its cells in which there is something."""
    name, y = names[row], _CELL + row * _CELL
    parts = [write(f"{name}  {row + 1}", left - 8, y + 16, text_anchor="end", class_="tick")]
    for column, got in enumerate(names):
        count, place = pairs[name, got], (left + column * _CELL, y)
        if count:
            parts.append(_draw_cell(place, _CELL, (name, got), count, meant))
            parts.append(_write_count(place, count, count / meant, right=name == got))
    return "".join(parts)


def _write_number(x: float, y: float, number: int) -> str:
    return write(f"{number}", x, y, text_anchor="middle", class_="tick") if number else ""


def draw_overview(names: Sequence[str], pairs: Pairs, *, enlarged: int) -> str:
    """Return the same for all intents, without names. The first `enlarged` are framed."""
    meant = _count_meant(pairs)
    rows = {name: row for row, name in enumerate(names)}
    cell = _OVERVIEW / max(len(names), 1)
    parts = [draw("rect", x=0, y=20, width=_OVERVIEW, height=_OVERVIEW, class_="edge")]
    for (name, got), count in sorted(pairs.items()):
        if name in rows and got in rows:
            place = (rows[got] * cell, 20 + rows[name] * cell)
            parts.append(_draw_cell(place, cell, (name, got), count, meant[name]))
    side = enlarged * cell
    parts.append(draw("rect", x=0, y=20, width=side, height=side, class_="frame"))
    parts.append(write("meant ↓   taken for →", 0, 12, class_="name"))
    parts.append(write("enlarged above", side + 6, 34, class_="note"))
    return frame(
        *parts,
        width=_OVERVIEW + 1,
        height=_OVERVIEW + 22,
        label=f"Confusion matrix of all {len(names)} intents, the most confused in the upper left corner.",
    )


def _count_meant(pairs: Pairs) -> Counter[str]:
    meant: Counter[str] = Counter()
    for (name, _), count in pairs.items():
        meant[name] += count
    return meant


def _draw_cell(place: tuple[float, float], size: float, pair: tuple[str, str], count: int, meant: int) -> str:
    name, got = pair
    right = name == got
    said = f"{name}: {count} of {meant} understood" if right else f"{count} of {meant} {name} taken for {got}"
    return draw(
        "rect",
        explain(said),
        x=place[0],
        y=place[1],
        width=size,
        height=size,
        class_="hit" if right else "miss",
        fill_opacity=_LEAST_INK + (1 - _LEAST_INK) * count / meant,
    )


def _write_count(place: tuple[float, float], count: int, share: float, *, right: bool) -> str:
    """Return the number in a cell, light where the cell is dark."""
    dark = share > (0.45 if right else 0.4)
    tone = ("on-hit" if right else "on-miss") if dark else ""
    return write(
        f"{count}",
        place[0] + _CELL / 2,
        place[1] + 16,
        text_anchor="middle",
        class_=f"in-cell {tone}".strip(),
    )
