"""Adds an account to `config.yml: channels` without disturbing anything else in the file.

The file is edited as text; what comes out is parsed before it is written: unless it has exactly that
account more, the file is left alone.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bot.errors import ProjectError
from bot.rasa_format.channels import is_account_name
from bot.rasa_format.text_edit import folder_lock, replace_file
from bot.rasa_format.yaml_reader import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.domain.json import Json

_INDENT = "  "


def add_account(path: Path, channel: str, name: str, options: Mapping[str, str]) -> None:
    """Write an account into a `config.yml`.

    Raises `ProjectError` where it stands there already, where the file has a mistake, or is written in a
    way that cannot be edited; it is then as it was.
    """
    with folder_lock(path.parent):
        before, known = _read_file(path)
        _check_new(path, known, channel, name)
        accounts = _accounts_of(known, channel)
        written = {"accounts": {**accounts, name: dict(options)}}
        edited = insert_account(before.decode(), channel, name, options).encode()
        if not _says(edited, {**known, "channels": {**_channels_of(known), channel: written}}, path):
            snippet = "\n".join(render_account(name, options, depth=0))
            place = f"`channels: {channel}: accounts:`"
            raise ProjectError(
                path, None, f"This cannot be edited safely. Add by hand under {place}\n{snippet}"
            )
        replace_file(path, edited)


def check_new_account(path: Path, channel: str, name: str) -> None:
    """Raise `ProjectError` where `add_account` would, as far as the account's name goes."""
    _check_new(path, _read_file(path)[1], channel, name)


def _check_new(path: Path, known: Mapping[str, Json], channel: str, name: str) -> None:
    if not is_account_name(name):
        sentence = f"`{name}` cannot be an account's name. Use letters, digits, `-` and `_`."
        raise ProjectError(path, None, sentence)
    if name in _accounts_of(known, channel):
        sentence = (
            f"{channel} has an account `{name}` already: edit it there, or choose another name for a new one."
        )
        raise ProjectError(path, None, sentence)


def _read_file(path: Path) -> tuple[bytes, dict[str, Json]]:
    before = path.read_bytes() if path.exists() else b""
    return before, _read(before, path)


def insert_account(text: str, channel: str, name: str, options: Mapping[str, str]) -> str:
    """Return a file's text with an account more, at the end of what it belongs to."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    place, depth, missing = len(lines), 0, ["channels", channel, "accounts"]
    start, end = 0, len(lines)
    for key in list(missing):
        found = _find_block(lines[start:end], key, depth)
        if found is None:
            break
        missing.remove(key)
        start, end, place = start + found[0], start + found[1], start + found[2]
        depth += 1
    new = [f"{_INDENT * (depth + number)}{key}:" for number, key in enumerate(missing)]
    new += render_account(name, options, depth=depth + len(missing))
    return newline.join([*lines[:place], *new, *lines[place:]]) + newline


def render_account(name: str, options: Mapping[str, str], *, depth: int) -> list[str]:
    """Return the lines of an account, indented so many times."""
    inner = [
        f"{_INDENT * (depth + 1)}{key}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in options.items()
    ]
    return [f"{_INDENT * depth}{name}:{'' if options else ' {}'}", *inner]


def _find_block(lines: list[str], key: str, depth: int) -> tuple[int, int, int] | None:
    """Return where the inside of `key:` begins and ends, and where to add to it."""
    head = re.compile(rf"{_INDENT * depth}(['\"]?){re.escape(key)}\1:\s*(#.*)?")
    at = next((number for number, line in enumerate(lines) if head.fullmatch(line)), None)
    if at is None:
        return None
    inside = _INDENT * (depth + 1)
    end = last = at + 1
    for number, line in enumerate(lines[at + 1 :], start=at + 1):
        if line.strip() and not line.startswith(inside) and not line.lstrip().startswith("#"):
            break
        end = number + 1
        if line.strip() and line.startswith(inside):
            last = end
    return at + 1, end, last


def _says(data: bytes, wanted: Mapping[str, Json], path: Path) -> bool:
    try:
        return _read(data, path) == wanted
    except ProjectError:
        return False


def _read(data: bytes, path: Path) -> dict[str, Json]:
    plain = parse_yaml(data, path=path.name).plain
    return dict(plain) if isinstance(plain, dict) else {}


def _channels_of(config: Mapping[str, Json]) -> dict[str, Json]:
    channels = config.get("channels")
    return dict(channels) if isinstance(channels, dict) else {}


def _accounts_of(config: Mapping[str, Json], channel: str) -> dict[str, Json]:
    entry = _channels_of(config).get(channel)
    accounts = entry.get("accounts") if isinstance(entry, dict) else None
    return dict(accounts) if isinstance(accounts, dict) else {}
