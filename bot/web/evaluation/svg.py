"""Elements of a picture, as text. Colours are classes of the page's style, light and dark."""

from __future__ import annotations

from html import escape

Attribute = str | float


def draw(tag: str, *children: str, **attributes: Attribute) -> str:
    """Return an element around `children`, which are elements already.

    `class_` is `class`, `stroke_width` is `stroke-width`; numbers are rounded to a hundredth.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_show(value))}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{written}>{''.join(children)}</{tag}>" if children else f"<{tag}{written}/>"


def write(words: str, x: float, y: float, **attributes: Attribute) -> str:
    """Return `words` at a place; `text_anchor` says which part of them is there."""
    return draw("text", escape(words), x=x, y=y, **attributes)


def explain(words: str) -> str:
    """Return what a pointer over the element around it is told."""
    return draw("title", escape(words))


def frame(*children: str, width: float, height: float, label: str) -> str:
    """Return the picture. `label` says what it shows to who cannot see it."""
    return draw(
        "svg",
        *children,
        viewBox=f"0 0 {_show(width)} {_show(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=label,
        xmlns="http://www.w3.org/2000/svg",
    )


def trace(points: list[tuple[float, float]]) -> str:
    """Return the `d` of a path through points."""
    return "M" + "L".join(f"{_show(x)} {_show(y)}" for x, y in points)


def _show(value: Attribute) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
