"""`visavis queue` and `visavis staff`."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import BadPayload

if TYPE_CHECKING:
    from bot.settings import Settings

staff = typer.Typer(
    help="The people who may log in: add them, give new passwords, shut out.", no_args_is_help=True
)


class RoleName(StrEnum):
    """`domain.staff.Role`, said again so that `--help` need not load the rest."""

    AGENT = "agent"
    TRAINER = "trainer"
    LEAD = "lead"
    ADMIN = "admin"


Email = Annotated[str, typer.Argument(help="The e-mail address they log in with.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def queue(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """List the conversations that wait for a person, the most urgent first."""
    from bot.bootstrap.desk import read_queue
    from bot.cli.queue_view import show_queue, write_queue

    entries = asyncio.run(read_queue(_get_ready()))
    if as_json:
        write_queue(entries)
    else:
        show_queue(entries)


@staff.command()
def add(
    email: Email,
    *,
    name: Annotated[str, typer.Option(help="What customers and colleagues call them.", prompt="Name")],
    role: Annotated[
        list[RoleName] | None,
        typer.Option(help="What they may do; repeat it for several.  \\[default: agent]"),
    ] = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Add somebody who answers, teaches or runs the service.

    Asks for a password without showing it; where none is given, one is made up and shown once.
    """
    from bot.bootstrap.desk import add_member
    from bot.domain.staff import Role

    settings = _get_ready()
    password, made = _choose_password(from_stdin=password_stdin)
    roles = frozenset(Role(each.value) for each in role or [RoleName.AGENT])
    added = asyncio.run(add_member(settings, email=email, name=name, password=password, roles=roles))
    typer.echo(f"{added.name} may log in as {added.email} ({', '.join(sorted(added.roles))}).")
    _show_made(password, made=made)


@staff.command()
def password(email: Email, *, password_stdin: PasswordStdin = False) -> None:
    """Give somebody a new password. Where they are logged in now, they are logged out.

    Asks for it without showing it; where none is given, one is made up and shown once.
    """
    from bot.bootstrap.desk import change_password

    settings = _get_ready()
    chosen, made = _choose_password(from_stdin=password_stdin)
    member = asyncio.run(change_password(settings, email=email, password=chosen))
    typer.echo(f"{member.staff.name} has a new password and is logged out everywhere.")
    _show_made(chosen, made=made)
    if member.disabled_at is not None:
        typer.echo(f"They are still shut out: `visavis staff enable {member.staff.email}` lets them in.")


@staff.command()
def disable(email: Email) -> None:
    """Shut somebody out, at once. What they wrote stays, under their name."""
    from bot.bootstrap.desk import shut_out
    from bot.cli.staff_view import say_shut_out

    member = asyncio.run(shut_out(_get_ready(), email))
    typer.echo(say_shut_out(member))


@staff.command()
def enable(email: Email) -> None:
    """Let somebody in again who was shut out, with the password they had."""
    from bot.bootstrap.desk import let_in

    member = asyncio.run(let_in(_get_ready(), email))
    typer.echo(f"{member.staff.name} may log in as {member.staff.email}.")


@staff.command("list")
def list_staff(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """List who may log in, what they may do, and who is shut out."""
    from bot.bootstrap.desk import read_members
    from bot.cli.staff_view import show_staff, write_staff

    members = asyncio.run(read_members(_get_ready()))
    if as_json:
        write_staff(members)
    else:
        show_staff(members)


def _get_ready() -> Settings:
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings()
    configure_logging(settings.log_format, level="WARNING")
    return settings


def _choose_password(*, from_stdin: bool) -> tuple[str, bool]:
    """Return a password and whether it was made up here."""
    from bot.bootstrap.commands import make_password

    if from_stdin:
        try:
            return sys.stdin.readline().rstrip("\r\n"), False
        except UnicodeDecodeError as error:
            raise BadPayload("The password on standard input is not UTF-8 text.") from error
    typed = _ask_password() if sys.stdin.isatty() else ""
    return (typed, False) if typed else (make_password(), True)


def _ask_password() -> str:
    typed: str = typer.prompt(
        "Password (empty: one is made up)", default="", show_default=False, hide_input=True
    )
    if typed and typer.prompt("The same again", hide_input=True) != typed:
        raise BadPayload("These were two different passwords. Nothing was changed.")
    return typed


def _show_made(password: str, *, made: bool) -> None:
    if made:
        typer.echo(f"Password, shown only now: {password}")


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Look after")(queue)
    app.add_typer(staff, name="staff", rich_help_panel="Look after")
