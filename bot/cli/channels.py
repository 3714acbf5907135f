"""`visavis channels`: what channels can do, connecting accounts, and what is wrong with them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

NOT_WELL = 1

channels = typer.Typer(
    help="The channels there are: what each can do; connect accounts, and look what is wrong with them.",
    invoke_without_command=True,
)

_Account = Annotated[str, typer.Argument(help="The account's name in `config.yml`, and in addresses.")]


@channels.callback()
def show(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """Show what each channel can do: where, how long texts are, what comes in, until when one may answer."""
    if context.invoked_subcommand is not None:
        return
    from bot.bootstrap.channel_setup import list_connectors
    from bot.cli import channels_view as view

    found = list_connectors()
    if as_json:
        view.write_channels(found)
    else:
        view.show_channels(found)


@channels.command()
def connect(
    channel: Annotated[str, typer.Argument(help="The channel, as `visavis channels` names it.")],
    account: _Account = "default",
    *,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An option that need not be asked for; repeat it."),
    ] = None,
) -> None:
    """Set an account up, step by step: what to do at the platform, the keys, a live look, `config.yml`.

    What is not well is said, and asked for again. Secrets are typed unseen and go to the file `.env`;
    everything else goes to `config.yml`. Nothing is written before the end.
    """
    from bot.cli.channels_connect import connect_account

    connect_account(_get_ready(), channel, account, dict(_split(each) for each in given or ()))


@channels.command()
def doctor(
    channel: Annotated[str | None, typer.Argument(help="Only this channel.")] = None,
    account: Annotated[str | None, typer.Argument(help="Only this account.")] = None,
) -> None:
    """Ask each account's platform whether all is well: keys, the address it calls, what it tells us of.

    Changes nothing. Exits with 1 where something is wrong.
    """
    from bot.bootstrap.channel_setup import examine_accounts
    from bot.cli import channels_view as view

    examined = asyncio.run(examine_accounts(_get_ready(), channel, account))
    view.show_examined(examined)
    if not all(each.well for each in examined):
        raise typer.Exit(NOT_WELL)


def _split(option: str) -> tuple[str, str]:
    name, sign, value = option.partition("=")
    if not sign or not name:
        raise typer.BadParameter("write it as NAME=VALUE", param_hint="--set")
    return name, value


def _get_ready() -> Settings:
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings()
    configure_logging(settings.log_format, level="ERROR")
    return settings


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.add_typer(channels, name="channels", rich_help_panel="Look after")
