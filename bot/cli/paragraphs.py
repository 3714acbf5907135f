"""Sentences in a terminal, as wide as it is."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console


def print_paragraph(console: Console, said: str, *, indent: int, style: str = "") -> None:
    """Print a text in lines below each other. Rich's own would break a figure from its per cent sign."""
    margin = " " * indent
    lines = textwrap.fill(
        said,
        console.width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    console.print(Text(lines, style=style), soft_wrap=True)
