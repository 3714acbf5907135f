"""`visavis test`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Project

FOUND_FAILURES = 1

_Path = Annotated[
    Path | None,
    typer.Argument(
        metavar="[PATH]", help="A file of test stories, or a folder with some; default: the project's tests/."
    ),
]
_Model = Annotated[
    Path | None,
    typer.Option(help="Play them by the model in this file; default: the one in service, or the newest."),
]
_Out = Annotated[
    Path | None,
    typer.Option(
        help="Write failed_test_stories.yml and story_report.json into this folder, as `rasa test`."
    ),
]
_Json = Annotated[Path | None, typer.Option("--json", help="Write every step to this file, as JSON.")]


def play_stories(
    path: _Path = None,
    *,
    model: _Model = None,
    project: Project = None,
    out: _Out = None,
    json: _Json = None,
) -> None:
    """Play Rasa's test stories, and show where the bot would say or understand something else.

    As in `rasa test`: no action is run, events come from the story, and every action of it is compared
    with the one predicted. Texts are understood by the model. Failed stories are shown as stories, with
    what was predicted behind a `#`. Exits with 1 when one failed, where Rasa exits with 0.
    """
    from bot.bootstrap.story_tests import run_story_tests
    from bot.cli import story_tests_view as view
    from bot.cli.files import check_writable
    from bot.logs import configure_logging
    from bot.settings import load_settings

    if json is not None:
        check_writable(json)
    settings = load_settings(project=project)
    configure_logging(settings.log_format, level="WARNING")
    played = run_story_tests(settings, path, model=model)
    if json is not None:
        view.write_json(played, json)
    if out is not None:
        view.write_results(played, out)
    view.show_failures(played)
    view.show_figures(played)
    if not all(story.run.passed for story in played):
        raise typer.Exit(FOUND_FAILURES)


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command("test", rich_help_panel="Teach")(play_stories)
