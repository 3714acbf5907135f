"""`visavis queue` and `visavis staff`."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import typer

staff = typer.Typer(help="The people who may log in.", no_args_is_help=True)


class RoleName(StrEnum):
    """`domain.staff.Role`, said again so that `--help` need not load the rest."""

    AGENT = "agent"
    TRAINER = "trainer"
    LEAD = "lead"
    ADMIN = "admin"


@staff.callback()
def _group() -> None:
    """Keep `staff add` two words though it is the only one yet."""


def queue(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """List the conversations that wait for a person, the most urgent first."""
    from bot.bootstrap.desk import read_queue
    from bot.cli.queue_view import show_queue, write_queue
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings()
    configure_logging(settings.log_format, level="WARNING")
    entries = asyncio.run(read_queue(settings))
    if as_json:
        write_queue(entries)
    else:
        show_queue(entries)


@staff.command()
def add(
    email: Annotated[str, typer.Argument(help="What they log in with.")],
    *,
    name: Annotated[str, typer.Option(help="What customers and colleagues call them.", prompt="Name")],
    role: Annotated[
        list[RoleName] | None,
        typer.Option(help="What they may do; repeat it for several.  [default: agent]"),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add somebody who answers, teaches or runs the service.

    Without --password-stdin a password is made up and shown once.
    """
    from bot.bootstrap.commands import make_password
    from bot.bootstrap.desk import add_member
    from bot.domain.staff import Role
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings()
    configure_logging(settings.log_format, level="WARNING")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else make_password()
    roles = frozenset(Role(each.value) for each in role or [RoleName.AGENT])
    added = asyncio.run(add_member(settings, email=email, name=name, password=password, roles=roles))
    typer.echo(f"{added.name} may log in as {added.email} ({', '.join(sorted(added.roles))}).")
    if not password_stdin:
        typer.echo(f"Password, shown only now: {password}")


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Look after")(queue)
    app.add_typer(staff, name="staff", rich_help_panel="Look after")
