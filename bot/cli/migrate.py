"""`visavis migrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NEEDS_WORK = 1

_Path = Annotated[Path, typer.Argument(metavar="PATH", help="The folder of an existing Rasa project.")]
_Out = Annotated[
    Path | None,
    typer.Option(help="The folder to write; default: beside PATH, with `-visavis` behind its name."),
]
_Json = Annotated[Path | None, typer.Option("--json", help="Write the report to this file, as JSON.")]


def migrate(path: _Path, *, out: _Out = None, json: _Json = None) -> None:
    """Write an existing Rasa project anew, so that it runs here, and say what became of each part.

    Projects of Rasa 3 run nearly as they are; domains of Rasa 2 are upgraded as by Rasa itself. Nothing
    in PATH is changed, nothing is overwritten, and no secret is copied: the report names the variables to
    set. Exits with 1 when the new project has errors that a person must mend.
    """
    from bot.bootstrap.migration import migrate_project
    from bot.cli import migrate_view as view
    from bot.cli.files import check_writable
    from bot.settings import load_settings

    if json is not None:
        check_writable(json)
    target = out or path.resolve().with_name(f"{path.resolve().name}-visavis")
    migration = migrate_project(path, target, load_settings())
    if json is not None:
        view.write_json(migration, json)
    view.show_migration(migration)
    if migration.errors:
        raise typer.Exit(NEEDS_WORK)


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Teach")(migrate)
