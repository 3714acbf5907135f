"""Dialogues written by hand: `dialogues.yml` in a project's folder.

A map of dialogues by name. Each is a list of texts, `/intent{…}` or plain, or of maps with `text`, and
`intent`, `entities`, `ranking` (what NLU made of it), `after` (seconds since the turn before) or `times`
(that it is said in a row).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.rasa.walks import START, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_PAUSE = 10.0


class Script:
    """A written dialogue, asked for turn by turn like a walk."""

    def __init__(self, name: str, lines: Sequence[Any]) -> None:
        """Begin it."""
        self.name = name
        said = (line if isinstance(line, dict) else {"text": line} for line in lines)
        self._lines = [line for line in said for _ in range(line.get("times", 1))]
        self._turns = self._read()

    def __len__(self) -> int:
        """Return how many turns it has."""
        return len(self._lines)

    def turn(self) -> dict[str, Any]:
        """Return what is said next."""
        return next(self._turns)

    def _read(self) -> Iterator[dict[str, Any]]:
        at = START
        for number, said in enumerate(self._lines, start=1):
            at += said.get("after", _PAUSE)
            turn = {"at": at, "number": number, "channel": "collector", "text": said["text"]}
            if not said["text"].startswith("/"):
                parse = parse_json(said["text"], said.get("intent"), said.get("entities", []))
                parse["intent_ranking"] += said.get("ranking", [])
                turn["parse"] = parse
            yield turn


def read_scripts(root: Path) -> list[Script]:
    """Return the dialogues of a project; none where it has no such file."""
    path = root / "dialogues.yml"
    written = YAML(typ="safe", pure=True).load(path.read_text()) if path.exists() else {}
    return [Script(name, lines) for name, lines in written.items()]
