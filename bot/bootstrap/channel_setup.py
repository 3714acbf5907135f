"""Setting accounts of channels up, and looking what is wrong with those that are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dotenv import set_key

from bot.bootstrap import connectors
from bot.bootstrap.channel_signs import Known, know_earlier, read_signs
from bot.bootstrap.chat_mail import judge_mail
from bot.bootstrap.project import list_channels
from bot.connector import AccountConfig, Finding, Guide, Guided
from bot.errors import SettingsError
from bot.plugins import load_connector
from bot.rasa_format.problem import Problems
from bot.rasa_format.project import read_project
from bot.rasa_format.write_channels import add_account, check_new_account
from bot.service.judge_signs import judge_signs
from bot.settings import ENV_FILE, get_environment

if TYPE_CHECKING:
    from pathlib import Path

    from bot.connector import Connector
    from bot.settings import Settings

_WORD = re.compile(r"[^A-Z0-9]+")
_OWN = "an account of this channel lives here: there is no platform to ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What examining one account found."""

    channel: str
    account: str
    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Tell whether nothing is wrong."""
        return all(finding.well for finding in self.findings)

    @property
    def well_once_started(self) -> bool:
        """Tell whether nothing is wrong but what the account's start mends."""
        return all(finding.well or finding.at_start for finding in self.findings)


def list_connectors() -> dict[str, type[Connector]]:
    """Return the connectors there are, by channel."""
    return {channel: load_connector(channel) for channel in sorted(list_channels())}


def find_guide(channel: str) -> Guide:
    """Return how an account of a channel is set up. Raises `SettingsError` where nothing is to be."""
    connector = load_connector(channel)
    guide: Guide | None = getattr(connector, "guide", None)
    if guide is None:
        raise SettingsError(
            f"{channel} has no platform where anything is set up: its options are in "
            f"connectors/{channel}/README.md"
        )
    return guide


def check_new(settings: Settings, channel: str, account: str) -> None:
    """Raise `ProjectError` where an account cannot be added: its name, or that there is one of that name."""
    check_new_account(settings.project / "config.yml", channel, account)


def make_hook_url(settings: Settings, channel: str, account: str) -> str | None:
    """Return the address that a platform calls for an account; None without a public one."""
    return connectors.make_hook_url(settings.public_url, load_connector(channel), account)


def name_variable(channel: str, account: str, option: str) -> str:
    """Return the environment variable that keeps a secret: `TELEGRAM_LYRA_TOKEN`."""
    return _WORD.sub("_", f"{channel}_{account}_{option}".upper())


async def examine_account(
    settings: Settings, account: AccountConfig, earlier: Sequence[str] = ()
) -> Examined:
    """Ask an account's platform whether all is well. Changes nothing there.

    `earlier` are the addresses that it was told to call before.
    """
    async with _opened(account) as connector:
        know_earlier(connector, earlier)
        if not isinstance(connector, Guided):
            findings = [Finding(well=True, text=_OWN)]
        else:
            findings = await connector.examine(make_hook_url(settings, account.channel, account.name))
    return Examined(channel=account.channel, account=account.name, findings=tuple(findings))


async def examine_accounts(settings: Settings, channel: str | None, name: str | None) -> list[Examined]:
    """Examine the project's accounts that are on: all, those of a channel, or one of them.

    An account that is off is a finding that is not well. Raises `SettingsError` where none is meant.
    """
    # Whatever else may be wrong with the project is for `visavis check` to say.
    project = read_project(settings.project, get_environment(), Problems())
    on = {(account.channel, account.name): account for account in project.accounts}
    meant = [at for at in project.account_places if channel in (None, at[0]) and name in (None, at[1])]
    if not meant:
        wanted = " ".join(filter(None, (channel, name))) or "account"
        raise SettingsError(f"config.yml has no {wanted} under `channels:`: see `visavis channels connect`")
    known = await read_signs(settings)
    return [
        await _examine_all(settings, on[at], project.accounts, known)
        if at in on
        else _tell_off(project.accounts_off, at)
        for at in meant
    ]


async def _examine_all(
    settings: Settings, account: AccountConfig, accounts: Sequence[AccountConfig], known: Known
) -> Examined:
    """Ask the platform, and look what the service heard of it."""
    at = account.channel, account.name
    signs = known.signs.get(at)
    found = await examine_account(settings, account, signs.hook_urls if signs else ())
    connector = load_connector(account.channel)
    guide: Guide | None = getattr(connector, "guide", None)
    heard: Sequence[Finding] = ()
    if connector.capabilities.webhook or connector.capabilities.polling:
        advice = guide.refused if guide else ""
        heard = known.findings or judge_signs(
            signs, hook_url=make_hook_url(settings, *at), polls=connector.capabilities.polling, advice=advice
        )
    return replace(found, findings=(*found.findings, *heard, *judge_mail(account, accounts)))


async def register_account(settings: Settings, account: AccountConfig) -> str:
    """Have an account's platform call us, as each start does; returns why it does not, empty where it does.

    Nothing for a channel without a webhook, or without a public address.
    """
    hook_url = make_hook_url(settings, account.channel, account.name)
    if hook_url is None:
        return ""
    async with _opened(account) as connector:
        try:
            await connector.start(hook_url)
        except SettingsError as error:
            return str(error)
    return ""


def save_account(
    settings: Settings, channel: str, account: str, options: Mapping[str, str]
) -> tuple[Path, Path | None]:
    """Write an account into `config.yml`, and its secrets into `.env`; returns the files written.

    Secrets come first: a broken end leaves a line in `.env` that nothing names, and no account without its
    secrets. Raises `ProjectError` where `config.yml` cannot be edited, or has that account already.
    """
    secrets = {each.name for each in find_guide(channel).options if each.secret}
    written = {
        option: f"${{{name_variable(channel, account, option)}}}" if option in secrets else value
        for option, value in options.items()
    }
    config, env = settings.project / "config.yml", settings.project / ENV_FILE
    kept = {option: value for option, value in options.items() if option in secrets}
    check_new_account(config, channel, account)
    if kept:
        env.touch(mode=0o600)
    for option, value in kept.items():
        set_key(env, name_variable(channel, account, option), value, quote_mode="always")
    add_account(config, channel, account, written)
    return config, env if kept else None


def _tell_off(sentences: tuple[str, ...], at: tuple[str, str]) -> Examined:
    told = (sentence for sentence in sentences if at[0] in sentence and f"`{at[1]}`" in sentence)
    finding = Finding(well=False, text=next(told, "This account is off."))
    return Examined(channel=at[0], account=at[1], findings=(finding,))


@asynccontextmanager
async def _opened(account: AccountConfig) -> AsyncIterator[Connector]:
    connector = load_connector(account.channel)(account)
    try:
        yield connector
    finally:
        await connector.close()
