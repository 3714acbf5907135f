"""`visavis check`."""

from __future__ import annotations

import typer

from bot.cli.options import Project

FOUND_ERRORS = 1


def check(*, project: Project = None) -> None:
    """Check the project's files and name file and line of every problem.

    Exits with 1 when there are errors; warnings alone are fine. Notes say what is done otherwise
    than in Rasa, and need no mending. Without errors the pipeline is shown as it runs here.
    """
    from bot.bootstrap.inspection import inspect_project
    from bot.cli.pipeline_view import show_stages
    from bot.nlu.wording import count
    from bot.rasa_format.problem import Severity
    from bot.settings import load_settings

    inspection = inspect_project(load_settings(project=project))
    problems = inspection.problems
    for problem in problems:
        typer.echo(problem.show())
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = sum(problem.severity is Severity.WARNING for problem in problems)
    if not errors:
        show_stages(inspection.stages)
    found = f"{count(errors, 'error')}, {count(warnings, 'warning')}."
    typer.echo(found if errors or warnings else "No problems found.")
    if errors:
        raise typer.Exit(FOUND_ERRORS)


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Teach")(check)
