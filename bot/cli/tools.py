"""`visavis db` and `visavis bench`."""

from __future__ import annotations

import asyncio

import typer

db = typer.Typer(help="The database's schema.", no_args_is_help=True)

_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@db.command()
def upgrade() -> None:
    """Bring the database to the schema of this version. Stop the service first; make a backup."""
    from bot.bootstrap.stores import upgrade_database
    from bot.settings import load_settings

    asyncio.run(upgrade_database(load_settings()))
    typer.echo("The database has the schema of this version.")


def bench(context: typer.Context) -> None:
    """Measure the road: messages per second, delays, memory. Needs a checkout with its tests.

    Options go to the benchmark: see visavis bench --help.
    """
    from bot.bootstrap.commands import run_bench

    raise typer.Exit(run_bench(context.args))


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.add_typer(db, name="db", rich_help_panel="Look after")
    app.command(rich_help_panel="Look after", context_settings=_PASS_ON)(bench)
