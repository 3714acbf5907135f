"""`visavis doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FOUND_ERRORS = 1

_Nlu = Annotated[
    Path | None, typer.Option(help="A file or folder of Rasa NLU YAML; default: the project's own examples.")
]
_Json = Annotated[Path | None, typer.Option("--json", help="Write every finding to this file, as JSON.")]
_Html = Annotated[Path | None, typer.Option(help="Write every finding to this file, as a page.")]
_All = Annotated[
    bool, typer.Option("--all", help="Show every finding here, not only the worst of each kind.")
]
_Strict = Annotated[
    bool, typer.Option("--strict", help="Exit with 1 when there are errors among the findings.")
]


def doctor(
    *,
    nlu: _Nlu = None,
    json: _Json = None,
    html: _Html = None,
    show_all: _All = False,
    strict: _Strict = False,
) -> None:
    """Look for examples that teach the wrong thing, and say what to do about each.

    Every example is read by a model that did not learn from it. What contradicts the others, says the
    same under two intents, belongs to an intent too small to learn or is never used is shown with file
    and line, what harms most first.
    """
    from bot.bootstrap.doctor import diagnose_files, diagnose_project
    from bot.cli import doctor_view as view
    from bot.cli.files import check_writable
    from bot.cli.training_view import show_bars
    from bot.settings import load_settings

    for path in filter(None, (json, html)):
        check_writable(path)
    with show_bars() as report:
        diagnosis = (
            diagnose_files(nlu, report=report)
            if nlu is not None
            else diagnose_project(load_settings(), report=report)
        )
    if json is not None:
        view.write_json(diagnosis, json)
    if html is not None:
        view.write_page(diagnosis, html)
    view.show_diagnosis(diagnosis, most=None if show_all else view.MOST_SHOWN)
    if strict and diagnosis.errors:
        raise typer.Exit(FOUND_ERRORS)


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Teach")(doctor)
