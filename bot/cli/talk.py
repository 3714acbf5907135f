"""What a newcomer tries: `visavis chat`, and `visavis parse`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Project
from bot.cli.parse import FETCH, fetch_model, parse

if TYPE_CHECKING:
    from bot.settings import Settings


def chat(
    *,
    url: Annotated[
        str | None,
        typer.Option(help="Talk to a service that runs there, e.g. http://127.0.0.1:8080."),
    ] = None,
    project: Project = None,
) -> None:
    """Talk with the bot here in the terminal.

    Buttons are shown as numbers: type one to press it. Without --url the bot answers from this
    process and nothing is stored. /restart begins anew, /quit (or Ctrl-D) ends.
    """
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings(project=project)
    configure_logging(settings.log_format, level="WARNING")
    asyncio.run(_chat(settings, url))


async def _chat(settings: Settings, url: str | None) -> None:
    from rich.console import Console

    from bot.bootstrap.chat import open_partner
    from bot.cli.chat_view import TypedLines, converse

    async with open_partner(settings, url=url) as partner:
        await converse(partner, read=TypedLines().read, console=Console(highlight=False))


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Try")(chat)
    app.command(rich_help_panel="Try")(parse)
    app.command(FETCH, hidden=True)(fetch_model)
