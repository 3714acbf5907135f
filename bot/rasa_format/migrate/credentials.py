"""`credentials.yml` → the lines under `channels:` of `config.yml`. Secrets are named, never copied."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.rasa_format.nodes import MapNode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.rasa_format.migrate.finding import Findings
    from bot.rasa_format.nodes import Entry

_VARIABLE = re.compile(r"\$\{\w+\}")
# What Rasa calls an option → what it is called here; options that are not here are not needed.
_OPTIONS: Mapping[str, Mapping[str, str]] = {"telegram": {"access_token": "token"}}
_DROPPED = {
    "rasa": "Rasa X's own connection is not needed: the desk and the trainer's pages come with the service.",
}
_OPEN_REST = (
    "rest:",
    "  open: true  # anybody who reaches the address may write: see `secret` and `callback_url`",
)
_WEBCHAT = ("webchat: true",)


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
        if name == "rest":
            self._add_once(_OPEN_REST)
            self._findings.runs(
                self._path, "rest: open to anybody who reaches the address, as in Rasa.", line
            )
        elif name == "callback":
            self._take_callback(line)
        elif name == "socketio":
            self._add_once(_WEBCHAT)
            text = "socketio: the web chat takes its place, with a widget of its own (`/widget.js`)."
            self._findings.replaced(self._path, text, line)
        elif name in _DROPPED:
            self._findings.replaced(self._path, f"{name}: {_DROPPED[name]}", line)
        elif name in self._known:
            self._take_known(name, entry)
        else:
            self._findings.person(self._path, _why_unknown(name, self._known), line)

    def _take_callback(self, line: int) -> None:
        self._add_once(
            (
                "rest:",
                "  accounts:",
                "    callback:",
                f'      callback_url: "{self._variable("CALLBACK_URL", "where answers are posted")}"',
                f'      secret: "{self._variable("REST_SECRET", "what both sides sign with")}"',
            )
        )
        text = (
            "callback: the REST account `callback`. Requests and answers are signed, so its caller must "
            "sign, too: see connectors/rest/README.md."
        )
        self._findings.person(self._path, text, line)

    def _take_known(self, name: str, entry: Entry) -> None:
        body = entry.node if isinstance(entry.node, MapNode) else MapNode(source=entry.source)
        wanted = _OPTIONS.get(name) or {key: key for key in body.entries}
        lines = [
            f'      {ours}: "{self._option(name, ours, body.plain.get(theirs))}"'
            for theirs, ours in wanted.items()
        ]
        self._add_once((f"{name}:", "  accounts:", "    default:", *lines))
        text = f"{name}: an account of the channel here."
        self._findings.replaced(self._path, text, entry.source.line)

    def _option(self, channel: str, option: str, written: object) -> str:
        """Return a variable: the one written, or a new one named after channel and option."""
        if isinstance(written, str) and _VARIABLE.fullmatch(written.strip()):
            self._channels.variables[written.strip()[2:-1]] = f"`{option}` of {channel}"
            return written.strip()
        name = re.sub(r"\W+", "_", f"{channel}_{option}").upper()
        return self._variable(name, f"`{option}` of {channel}")

    def _variable(self, name: str, what: str) -> str:
        self._channels.variables[name] = what
        return f"${{{name}}}"

    def _add_once(self, lines: tuple[str, ...]) -> None:
        if lines[0].partition(":")[0] not in (line.partition(":")[0] for line in self._channels.lines):
            self._channels.lines += lines


def _why_unknown(name: str, known: Collection[str]) -> str:
    if "." in name:
        return f"`{name}` is a connector of the project's own, for Rasa. Write it anew as a channel here."
    return f"{name}: there is no such channel in this version. Channels are: {', '.join(sorted(known))}."
