"""`visavis channels`: what channels can do, connecting accounts, and what is wrong with them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.connector import Guide
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

    Secrets are typed unseen and go to the file `.env`; everything else goes to `config.yml`.
    """
    from bot.bootstrap.channel_setup import examine_account, find_guide, make_hook_url, save_account
    from bot.cli import channels_view as view
    from bot.connector import AccountConfig
    from bot.errors import SettingsError
    from bot.plugins import load_connector

    settings = _get_ready()
    guide = find_guide(channel)
    hook_url = make_hook_url(settings, channel, account)
    view.show_steps(guide.title, guide.before, hook_url)
    options = _ask_options(guide, dict(_split(each) for each in given or ()))
    problems = load_connector(channel).check_options(options)
    if problems:
        raise SettingsError("; ".join(problems))
    config = AccountConfig(channel=channel, name=account, options=options)
    examined = asyncio.run(examine_account(settings, config))
    view.show_examined([examined])
    if not examined.well:
        typer.confirm("Not all is well yet. Write it down all the same?", abort=True)
    view.show_saved(*save_account(settings, channel, account, options))
    view.show_steps("What is left to do", guide.after, hook_url)
    view.show_public_url(load_connector(channel).capabilities, hook_url)


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


def _ask_options(guide: Guide, given: dict[str, str]) -> dict[str, str]:
    """Ask for each option that is not given; what is left empty is left out."""
    options = dict(given)
    for option in guide.options:
        if option.name in given:
            continue
        typer.echo(option.text)
        default = None if option.required else ""
        typed = typer.prompt(
            f"  {option.name}", default=default, show_default=False, hide_input=option.secret
        ).strip()
        if typed:
            options[option.name] = typed
    return options


def _get_ready() -> Settings:
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings()
    configure_logging(settings.log_format, level="ERROR")
    return settings


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.add_typer(channels, name="channels", rich_help_panel="Look after")
