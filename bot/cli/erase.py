"""`visavis erase`."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.erasing import Amounts


def erase(
    channel: Annotated[str, typer.Argument(help="The channel they wrote on, as in config.yml.")],
    account: Annotated[str, typer.Argument(help="The brand's account there.")],
    native_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="Their id there: an address, a phone number, the platform's own number."
        ),
    ],
    *,
    everywhere: Annotated[
        bool,
        typer.Option(
            "--everywhere", help="Also their other contacts, which staff have said are the same person."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a customer for good: what was said, their files, names and ids.

    Shows what it would erase and asks first. The ledger keeps its counts, without a word.
    """
    from bot.bootstrap.erasing import erase as erase_for_good
    from bot.bootstrap.erasing import find_erasable

    settings = _get_ready()
    found = asyncio.run(find_erasable(settings, channel, account, native_id))
    chosen, amounts = (found.contacts, found.all) if everywhere else (found.contacts[:1], found.one)
    typer.echo(f"{native_id} on {channel} {account}: {_describe(amounts)}.")
    _tell_beside(amounts, others=len(found.contacts) - len(chosen))
    if not yes and not _confirm():
        typer.echo("Nothing was erased.")
        raise typer.Exit(1)
    done = asyncio.run(erase_for_good(settings, chosen))
    typer.echo(f"Erased: {_describe(done)}. It cannot be taken back.")
    typer.echo("The platform's own copies, backups and examples that trainers accepted are not touched.")


def _tell_beside(amounts: Amounts, *, others: int) -> None:
    if others:
        same = "one more contact is" if others == 1 else f"{others} more contacts are"
        typer.echo(f"Staff have said that {same} the same person: --everywhere erases them, too.")
    if not amounts.conversations:
        typer.echo("Nothing was said with them. What is known of who they are goes.")


def _confirm() -> bool:
    if not sys.stdin.isatty():
        typer.echo("There is nobody to ask here: --yes erases without asking.", err=True)
        return False
    return typer.confirm("Erase it for good?")


def _describe(amounts: Amounts) -> str:
    return ", ".join(
        f"{number:,} {noun}{'' if number == 1 else 's'}"
        for number, noun in (
            (amounts.contacts, "contact"),
            (amounts.conversations, "conversation"),
            (amounts.messages, "message"),
            (amounts.files, "file"),
        )
    )


def _get_ready() -> Settings:
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings()
    configure_logging(settings.log_format, level="WARNING")
    return settings


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Look after")(erase)
