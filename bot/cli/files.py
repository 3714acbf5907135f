"""Files that commands write beside what they show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.json import JsonObject


def check_writable(path: Path) -> None:
    """Tell before the work what could not be written after it. Raises `SettingsError`."""
    if path.is_dir():
        raise SettingsError(f"{path} is a folder: name a file in it")


def write_file(path: Path, content: str) -> None:
    """Write a text, in folders that are made where they lack. Raises `SettingsError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def write_json_file(path: Path, content: JsonObject) -> None:
    """Write JSON for programs, in lines that people can read too. Raises `SettingsError`."""
    write_file(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
