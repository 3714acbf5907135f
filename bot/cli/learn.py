"""`visavis train`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Project

if TYPE_CHECKING:
    from bot.bootstrap.lessons import Report, TrainingOptions

_MOST_SEED = 2**32 - 1

_Out = Annotated[Path | None, typer.Option(help="Where to write the model; default: a new file in models/.")]
_Release = Annotated[
    bool, typer.Option("--release", help="Put the model into service, everywhere, without a restart.")
]
_Nlu = Annotated[
    Path | None,
    typer.Option(
        help="Learn to understand texts from this file or folder of Rasa NLU YAML, no project needed. "
        "Wants --out."
    ),
]
_Config = Annotated[
    Path | None,
    typer.Option(help="With --nlu: the config.yml whose pipeline to use; default: the native one."),
]
_Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Refuse examples that contradict each other: a text under two intents, an intent "
        "without examples, entities that overlap.",
    ),
]
_Seed = Annotated[
    int | None,
    typer.Option(min=0, max=_MOST_SEED, help="Equal data and an equal seed give equal bytes."),
]
_JsonProgress = Annotated[
    bool,
    typer.Option("--json-progress", help="Tell progress as one JSON object per line on standard output."),
]


def train(
    *,
    out: _Out = None,
    release: _Release = False,
    nlu: _Nlu = None,
    config: _Config = None,
    strict: _Strict = False,
    seed: _Seed = None,
    json_progress: _JsonProgress = False,
    project: Project = None,
) -> None:
    """Train a model from the project's files.

    It is measured on texts it was not trained on. Without --release the model is only written to a
    file, and the one released before goes on answering, also after a restart.

    With --nlu it learns to understand texts and nothing else, for `visavis parse --model`.
    """
    from bot.bootstrap.lessons import SEED, TrainingOptions
    from bot.cli import training_view as view

    options = TrainingOptions(seed=SEED if seed is None else seed, strict=strict, warn=view.write_doubt)
    if nlu is None:
        if config is not None:
            raise typer.BadParameter("--config goes with --nlu: a project has its own config.yml")
        _train_project(project, out, options, release=release, json_progress=json_progress)
    elif out is None or release:
        raise typer.BadParameter("--nlu wants --out, and no --release: its model answers nobody")
    else:
        _train_on_files(nlu, out, config, options, json_progress=json_progress)


def _train_project(
    root: Path | None, out: Path | None, options: TrainingOptions, *, release: bool, json_progress: bool
) -> None:
    from bot.bootstrap.training import release_trained, train_here
    from bot.cli import training_view as view
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings(project=root)
    configure_logging(settings.log_format, level="WARNING")
    with _report(json_progress=json_progress) as report:
        trained = train_here(settings, out=out, report=report, options=options)
    if release:
        asyncio.run(release_trained(settings, trained, by="visavis train"))
    if json_progress:
        view.write_result(trained)
    else:
        view.show_result(trained, next_step=view.IN_SERVICE if release else view.NOT_IN_SERVICE)


def _train_on_files(
    nlu: Path, out: Path, config: Path | None, options: TrainingOptions, *, json_progress: bool
) -> None:
    from bot.bootstrap.nlu_training import train_on_files
    from bot.cli import training_view as view

    with _report(json_progress=json_progress) as report:
        trained = train_on_files(nlu, out, config=config, report=report, options=options)
    if json_progress:
        view.write_result(trained)
    else:
        view.show_result(trained, next_step=view.FOR_READING.format(path=out))


@contextmanager
def _report(*, json_progress: bool) -> Iterator[Report]:
    """Yield what progress is told to."""
    from bot.cli import training_view as view

    if json_progress:
        yield view.write_step
        return
    with view.show_bars() as report:
        yield report


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Teach")(train)
