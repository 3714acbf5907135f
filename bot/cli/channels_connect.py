"""`visavis channels connect`: asks for an account's options until its platform takes them; writes them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from bot.bootstrap import channel_setup as setup
from bot.cli import channels_view as view
from bot.connector import AccountConfig
from bot.plugins import load_connector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.connector import Guide, OptionHelp
    from bot.settings import Settings

_AGAIN, _WRITE, _STOP = "again", "write", "stop"
_WHAT_NOW = f"""\
Not all is well yet. `{_AGAIN}`: type it again. `{_WRITE}`: write it down as it is. `{_STOP}`: leave all as \
it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """An account as it was typed; `examined` None: not even its form is right."""

    config: AccountConfig
    examined: setup.Examined | None


def connect_account(settings: Settings, channel: str, account: str, given: Mapping[str, str]) -> None:
    """Lead through an account's set-up. Raises `SettingsError` or `ProjectError` where there can be none."""
    guide = setup.find_guide(channel)
    setup.check_new(settings, channel, account)
    hook_url = setup.make_hook_url(settings, channel, account)
    view.show_steps(guide.title, guide.before, hook_url)
    options = dict(given)
    asked = _ask(settings, guide, AccountConfig(channel=channel, name=account, options=options), given)
    while not (asked.examined and asked.examined.well_once_started) and _should_ask_again(asked):
        asked = _ask(settings, guide, asked.config, given)
    view.show_saved(*setup.save_account(settings, channel, account, asked.config.options))
    _register(settings, asked)
    view.show_steps("What is left to do", guide.after, hook_url)
    view.show_public_url(load_connector(channel).capabilities, hook_url)


def _ask(settings: Settings, guide: Guide, known: AccountConfig, given: Mapping[str, str]) -> _Asked:
    """Ask for what is not given, and have a look whether it is right."""
    options = dict(known.options)
    for option in guide.options:
        if option.name not in given:
            typed = _ask_option(option, options.get(option.name, ""))
            options = {**options, option.name: typed}
    options = {name: value for name, value in options.items() if value}
    config = AccountConfig(channel=known.channel, name=known.name, options=options)
    problems = load_connector(config.channel).check_options(options)
    if problems:
        view.show_problems(problems)
        return _Asked(config=config, examined=None)
    examined = asyncio.run(setup.examine_account(settings, config))
    view.show_examined([examined], before_start=True)
    return _Asked(config=config, examined=examined)


def _ask_option(option: OptionHelp, known: str) -> str:
    """Ask for an option; Enter keeps what was typed before. Secrets are never shown."""
    typer.echo(option.text)
    default = known if known or not option.required else None
    kept = " (Enter keeps it)" if known and option.secret else ""
    typed: str = typer.prompt(
        f"  {option.name}{kept}",
        default=default,
        show_default=bool(known) and not option.secret,
        hide_input=option.secret,
    )
    return typed.strip()


def _should_ask_again(asked: _Asked) -> bool:
    """Ask what to do about an account that is not well: its form must be right to be written down."""
    if asked.examined is None:
        typer.confirm("Type it again?", default=True, abort=True)
        return True
    answer = ""
    while answer not in (_AGAIN, _WRITE, _STOP):
        answer = typer.prompt(f"{_WHAT_NOW}\n  {_AGAIN}, {_WRITE} or {_STOP}", default=_AGAIN).strip().lower()
    if answer == _STOP:
        raise typer.Abort
    return answer == _AGAIN


def _register(settings: Settings, asked: _Asked) -> None:
    """Have the platform call us now, where its connector does so at each start, and look once more."""
    before = asked.examined
    if before is None or not any(finding.at_start for finding in before.findings):
        return
    if setup.make_hook_url(settings, before.channel, before.account) is None:
        return
    problem = asyncio.run(setup.register_account(settings, asked.config))
    if problem:
        view.show_problems([problem])
    view.show_examined([asyncio.run(setup.examine_account(settings, asked.config))])
