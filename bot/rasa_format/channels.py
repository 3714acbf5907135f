"""`config.yml: channels` → accounts, and which of them are off because a variable is not set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.connector import AccountConfig
from bot.rasa_format.fields import describe
from bot.rasa_format.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.problem import Severity, did_you_mean
from bot.rasa_format.variables import expand_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain.example import Source
    from bot.domain.json import Json
    from bot.rasa_format.fields import Reader

DEFAULT_ACCOUNT = "default"
# What a project has where nobody wrote of channels: a way to talk to it at all.
_UNWRITTEN: Mapping[str, Mapping[str, str]] = {"rest": {"open": "true"}, "webchat": {}}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")  # names stand in addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """`off` says in a sentence each which accounts are off and why.

    `places` are where accounts are written, by channel and name.
    """

    accounts: tuple[AccountConfig, ...] = ()
    off: tuple[str, ...] = ()
    places: Mapping[tuple[str, str], Source] = field(default_factory=dict)


def read_channels(
    node: Node | None,
    environment: Mapping[str, str],
    reader: Reader,
    *,
    known: Collection[str] | None = None,
) -> Accounts:
    """Read `channels:`. `known` are the names of the channels there are; None: not checked."""
    accounts: list[AccountConfig] = []
    off: list[str] = []
    places: dict[tuple[str, str], Source] = {}
    for channel, entry in reader.entries(node, "`channels`"):
        _check_name(channel, "a channel", entry, reader)
        if known is not None and channel not in known:
            hint = did_you_mean(channel, known) or f" Channels are: {', '.join(sorted(known))}."
            reader.error(entry.source, f"There is no channel `{channel}`.{hint}")
        for name, account in _accounts_of(channel, entry, reader).items():
            _check_name(name, "an account", account, reader)
            places[channel, name] = account.source
            options, unset = _read_options(account.node, f"{channel} account `{name}`", environment, reader)
            if unset:
                off.append(_why_off(channel, name, unset))
            else:
                accounts.append(AccountConfig(channel=channel, name=name, options=options))
    return Accounts(accounts=tuple(accounts), off=tuple(off), places=places)


def add_unwritten(accounts: Accounts, config: MapNode, reader: Reader) -> Accounts:
    """Add to the accounts of a `config.yml` without `channels:` those that only this machine may use."""
    written = {account.channel for account in accounts.accounts}
    added = tuple(
        AccountConfig(channel=channel, name=DEFAULT_ACCOUNT, options=options, only_here=True)
        for channel, options in _UNWRITTEN.items()
        if channel not in written
    )
    answers = " and ".join(f"`{account.channel}`" for account in added)
    answers += " answers" if len(added) == 1 else " answer"
    reader.problems.tell(
        config.source,
        Severity.NOTE,
        f"There is no `channels:` here, so {answers} this machine alone. To let others write, name "
        "channels here: `channels: {rest: {open: true}}`.",
    )
    places = {(account.channel, account.name): config.source for account in added}
    return replace(accounts, accounts=accounts.accounts + added, places={**accounts.places, **places})


def _accounts_of(channel: str, entry: Entry, reader: Reader) -> Mapping[str, Entry]:
    node = entry.node
    if isinstance(node, ScalarNode):
        if node.value is None or node.value is True:
            return {DEFAULT_ACCOUNT: Entry(source=entry.source, node=MapNode(source=entry.source))}
        if node.value is not False:
            reader.error(
                entry.source,
                f"Channel `{channel}` should have `accounts:` under it; this is {describe(node)}.",
            )
        return {}
    body = reader.map(node, f"channel `{channel}`")
    if body is None:
        return {}
    if "accounts" not in body.entries:
        return {DEFAULT_ACCOUNT: entry}
    reader.check_keys(body, ("accounts",), f"channel `{channel}`")
    if body.get("accounts") is None:
        source = body.entries["accounts"].source
        reader.warn(
            source, f"Channel `{channel}` has no account. Name one under `accounts:`, or delete the channel."
        )
        return {}
    accounts = reader.map(body.get("accounts"), f"the accounts of `{channel}`")
    return {} if accounts is None else accounts.entries


def _read_options(
    node: Node,
    owner: str,
    environment: Mapping[str, str],
    reader: Reader,
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return an account's options, and the variables it needs that are not set."""
    options: dict[str, str] = {}
    unset: dict[str, None] = {}
    if isinstance(node, ScalarNode) and node.value in (None, True):
        return {}, ()
    for key, entry in reader.entries(node, owner):
        text = _option_text(key, entry.node, owner, reader)
        if text is None:
            continue
        expanded = expand_text(text, environment)
        unset.update(dict.fromkeys(expanded.unset))
        if expanded.text:
            options[key] = expanded.text
    return options, tuple(unset)


def _option_text(key: str, node: Node, owner: str, reader: Reader) -> str | None:
    """Return an option as text; a list of single values is joined by commas."""
    if isinstance(node, ListNode) and all(isinstance(item, ScalarNode) for item in node.items):
        return ",".join(_text(item.plain) for item in node.items)
    if isinstance(node, ScalarNode):
        return None if node.value is None else _text(node.value)
    reader.error(node.source, f"`{key}` of {owner} should be a single value; this is {describe(node)}.")
    return None


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _why_off(channel: str, name: str, unset: tuple[str, ...]) -> str:
    variables = " and ".join(unset)
    verb, pronoun = ("is", "it") if len(unset) == 1 else ("are", "them")
    return (
        f"The {channel} account `{name}` is off: {variables} {verb} not set. Set {pronoun} and start again."
    )


def is_account_name(name: str) -> bool:
    """Tell whether an account can have a name: it stands in addresses."""
    return _NAME.fullmatch(name) is not None


def _check_name(name: str, what: str, entry: Entry, reader: Reader) -> None:
    if not _NAME.fullmatch(name):
        reader.error(
            entry.source, f"`{name}` cannot be the name of {what}. Use letters, digits, `-` and `_`."
        )
