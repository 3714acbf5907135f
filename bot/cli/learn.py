"""`visavis train`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def train(
    *,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the model; default: a new file in models/.")
    ] = None,
    release: Annotated[
        bool,
        typer.Option("--release", help="Put the model into service, everywhere, without a restart."),
    ] = False,
    json_progress: Annotated[
        bool,
        typer.Option("--json-progress", help="Tell progress as one JSON object per line on standard output."),
    ] = False,
) -> None:
    """Train a model from the project's files.

    It is measured on texts it was not trained on. Without --release the model is only written to a
    file, and the one released before goes on answering, also after a restart.
    """
    from bot.bootstrap.training import release_trained, train_here
    from bot.cli import training_view as view
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings()
    configure_logging(settings.log_format, level="WARNING")
    if json_progress:
        trained = train_here(settings, out=out, report=view.write_step)
    else:
        with view.show_bars() as report:
            trained = train_here(settings, out=out, report=report)
    if release:
        asyncio.run(release_trained(settings, trained, by="visavis train"))
    if json_progress:
        view.write_result(trained)
    else:
        view.show_result(trained, released=release)


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Teach")(train)
