"""`credentials.yml` → the lines under `channels:` of `config.yml`. Secrets are named, never copied."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.rasa_format.credentials import NOT_NEEDED, SECRETS, name_here, read_account

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain.json import Json
    from bot.rasa_format.migrate.finding import Findings
    from bot.rasa_format.nodes import Entry, MapNode

_VARIABLE = re.compile(r"\$\{\w+\}")
_WEBCHAT = ("webchat: true",)
_NOTES = {
    "rest": "open to anybody who reaches the address, as in Rasa.",
    "callback": "open to anybody who reaches the address, as in Rasa.",
    "socketio": "pages of any site may connect, as in Rasa: name yours in `origins`. The web chat has more.",
}
_ACCOUNT = "an account of the channel `{here}`; connectors/{here}/README.md says what to tell the platform."
_WHATSAPP = (
    "its number is one of WhatsApp, which is connected to Meta itself here, without Twilio: "
    "connectors/whatsapp/README.md says how."
)


@dataclass(slots=True)
class Channels:
    """Lines for `channels:`, and the variables they name with what belongs into each."""

    lines: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


class CredentialsMigration:
    """Takes one channel after the other."""

    def __init__(self, path: str, known: Collection[str], findings: Findings) -> None:
        """`known` are the channels there are."""
        self._path = path
        self._known = known
        self._findings = findings
        self._channels = Channels()

    def run(self, credentials: MapNode) -> Channels:
        """Return what is to stand under `channels:`."""
        for name, entry in credentials.entries.items():
            self._take(name, entry)
        if not self._channels.lines:
            self._channels.lines += _WEBCHAT
            self._findings.replaced(
                self._path, "The web chat is on, so that there is a way to talk to the bot."
            )
        return self._channels

    def _take(self, name: str, entry: Entry) -> None:
        line = entry.source.line
        account = read_account(name, entry.node)
        if account is not None and str(account.plain.get("from", "")).startswith("whatsapp:"):
            self._findings.person(self._path, f"{name}: {_WHATSAPP}", line)
        elif account is not None:
            here = name_here(name)
            options = (self._option(here, key, value) for key, value in account.plain.items())
            self._channels.lines += (f"{here}:", "  accounts:", "    default:", *options)
            self._findings.runs(self._path, f"{name}: {_NOTES.get(name, _ACCOUNT.format(here=here))}", line)
        elif name in NOT_NEEDED:
            text = f"{name}: Rasa X's own connection; desk and trainer's pages come with this."
            self._findings.replaced(self._path, text, line)
        else:
            self._findings.person(self._path, _why_unknown(name, self._known), line)

    def _option(self, channel: str, option: str, value: Json) -> str:
        """Return the line of an option: a secret is the variable that was written, or a new one."""
        if option in SECRETS.get(channel, ()):
            name = re.sub(r"\W+", "_", f"{channel}_{option}").upper()
            if isinstance(value, str) and _VARIABLE.fullmatch(value.strip()):
                name = value.strip()[2:-1]
            self._channels.variables[name] = f"`{option}` of {channel}"
            value = f"${{{name}}}"
        return f"      {option}: {json.dumps(value)}"


def _why_unknown(name: str, known: Collection[str]) -> str:
    if "." in name:
        return f"`{name}` is a connector of the project's own, for Rasa. Write it anew as a channel here."
    return f"{name}: there is no such channel in this version. Channels are: {', '.join(sorted(known))}."
