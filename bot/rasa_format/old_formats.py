"""Training data in formats before Rasa's YAML: what it looks like, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rasa_format.json_reader import NLU_JSON_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOOK_AT = 2**20  # bytes
_CONVERT = (
    "Convert it to YAML with Rasa 2.8, which could still read it: "
    "`rasa data convert {what} -f yaml --data IN --out OUT`."
)
_MIGRATE = "`visavis migrate` writes the project anew, with this as YAML."
# What only files of that format hold, by their ending, with the format's name and what `convert` calls it.
_MARKS: dict[str, tuple[tuple[bytes, str, str], ...]] = {
    ".md": (
        (b"## intent:", "Markdown", "nlu"),
        (b"## synonym:", "Markdown", "nlu"),
        (b"## lookup:", "Markdown", "nlu"),
        (b"## regex:", "Markdown", "nlu"),
        (b"\n* ", "Markdown", "core"),
    ),
    ".json": (
        (b'"luis_schema_version"', "LUIS's format", "nlu"),
        (b'"utterances"', "Wit's format", "nlu"),
        (b'"userSays"', "Dialogflow's format", "nlu"),
    ),
}


def find_nlu_json(folder: Path) -> list[Path]:
    """Return the files of Rasa's old JSON format for examples, which are still read."""
    key = f'"{NLU_JSON_KEY}"'.encode()
    return [file for file in sorted(folder.rglob("*.json")) if file.is_file() and key in _read_start(file)]


def find_old_formats(folder: Path) -> Iterator[Path]:
    """Yield the files that hold training data in a format that is not read."""
    for ending in _MARKS:
        yield from (file for file in sorted(folder.rglob(f"*{ending}")) if name_old_format(file))


def name_old_format(file: Path) -> str:
    """Say that a file is in a format that is not read, and what to do; nothing for any other file."""
    marks = _MARKS.get(file.suffix.lower())
    if marks is None or not file.is_file():
        return ""
    start = b"\n" + _read_start(file)
    for mark, name, what in marks:
        if mark in start and (what == "nlu" or _is_story(start)):
            way = _MIGRATE if name == "Markdown" else _CONVERT.format(what=what)
            return f"This is training data in {name}, which is not read here. {way}"
    return ""


def _is_story(start: bytes) -> bool:
    """Tell a Markdown story from any other Markdown: it answers with actions."""
    return b"\n## " in start and any(
        line.lstrip(b" -").startswith((b"utter_", b"action_")) and line.lstrip().startswith(b"-")
        for line in start.splitlines()
    )


def _read_start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LOOK_AT)
    except OSError:
        return b""  # who reads it next says so
