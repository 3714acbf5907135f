"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Project = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="The folder with the project's files; default: this one  \\[env: VISAVIS_PROJECT]",
    ),
]
