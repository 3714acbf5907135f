"""Rasa's `credentials.yml`: which channels of it there are here, and what their options are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rasa_format.nodes import Entry, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.example import Source
    from bot.domain.json import JsonObject
    from bot.rasa_format.fields import Reader

CREDENTIALS_FILE = "credentials.yml"
NOT_NEEDED = ("rasa",)  # Rasa X's own connection
_SOCKETIO = (
    "user_message_evt", "bot_message_evt", "session_persistence", "namespace", "socketio_path", "jwt_key",
    "jwt_method", "metadata_key",
)  # fmt: skip
# By channel: what Rasa calls an option → what it is called here. The others are not needed.
_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "rest": {},
    "callback": {"url": "url"},
    "socketio": {name: name for name in _SOCKETIO},
    "telegram": {"access_token": "token"},
    "slack": {"slack_token": "token", "slack_signing_secret": "signing_secret"},
    "facebook": {"verify": "verify_token", "secret": "app_secret", "page-access-token": "token"},
    "twilio": {"account_sid": "account_sid", "auth_token": "auth_token", "twilio_number": "from"},
}
_NAMES = {"facebook": "messenger", "twilio": "sms"}
# What Rasa does by itself and has to be said here: these channels take messages from everybody.
_SAID: Mapping[str, JsonObject] = {
    "rest": {"open": True},
    "callback": {"open": True, "allow_internal": True},
    "socketio": {"origins": "*"},
}
SECRETS: Mapping[str, tuple[str, ...]] = {
    "callback": ("url",),
    "socketio": ("jwt_key",),
    "telegram": ("token",),
    "slack": ("token", "signing_secret"),
    # Rasa needs no number of the page; until it is set the account is off.
    "messenger": ("page_id", "token", "app_secret", "verify_token"),
    "sms": ("auth_token",),
}
_ASKED = {"messenger": {"page_id": "${MESSENGER_PAGE_ID}"}}


def name_here(channel: str) -> str:
    """Return what a channel of Rasa's is called here."""
    return _NAMES.get(channel, channel)


def read_account(channel: str, node: Node) -> MapNode | None:
    """Return the options of a channel under their names here; None for a channel that is not here."""
    if channel not in _OPTIONS:
        return None
    asked = _ASKED.get(name_here(channel), {})
    written = node.entries if isinstance(node, MapNode) else {}
    entries = {name: written[theirs] for theirs, name in _OPTIONS[channel].items() if theirs in written}
    said = {**_SAID.get(channel, {}), **asked}
    if channel == "socketio" and "jwt_key" not in entries:
        said["open"] = True
    entries |= {name: _say(value, node.source) for name, value in said.items()}
    return MapNode(source=node.source, entries=entries)


def _say(value: object, source: Source) -> Entry:
    return Entry(
        source=source, node=ScalarNode(source=source, value=str(value) if isinstance(value, str) else True)
    )


def read_credentials(credentials: MapNode, reader: Reader) -> MapNode:
    """Return what a `config.yml` without `channels:` means by it; warn of the channels that are left out.

    Taken are Rasa's own, for programs. An account on a platform, with its secrets, is not switched on by a
    file that was written for another program.
    """
    channels: dict[str, Entry] = {}
    for name, entry in credentials.entries.items():
        account = read_account(name, entry.node)
        if account is not None and name in _SAID:
            channels[name] = Entry(source=entry.source, node=account)
        elif account is not None:
            here = name_here(name)
            into = f"`config.yml` as `{here}`" if here != name else "`config.yml`"
            text = f"`{name}` is off: it is not taken from here. `visavis migrate` writes it into {into}."
            reader.warn(entry.source, text)
        elif name not in NOT_NEEDED:
            reader.warn(entry.source, f"There is no channel `{name}` here, so nobody is answered there.")
    return MapNode(source=credentials.source, entries=channels)
