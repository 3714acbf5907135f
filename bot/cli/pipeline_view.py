"""What a terminal sees of the pipeline."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable

import typer

_NARROW, _WIDE = 40, 110


def show_stages(stages: Iterable[tuple[str, str]]) -> None:
    """Print a line, or a few, for each stage that a text passes."""
    width = min(max(shutil.get_terminal_size().columns, _NARROW), _WIDE)
    typer.echo("The pipeline as it runs here:")
    for stage, what in stages:
        first, others = f"  {stage:<10}", " " * 12
        typer.echo(textwrap.fill(what, width, initial_indent=first, subsequent_indent=others))
