"""Small secrets made once for this machine, in files only their owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SettingsError

if TYPE_CHECKING:
    from bot.settings import Settings

_KEY_BYTES = 32
_SHORTEST_SECRET = 16  # characters


def get_signing_key(settings: Settings) -> bytes:
    """Return the key that visitors' tokens are signed with: `VISAVIS_SECRET`, or one made for this machine.

    Raises `SettingsError` for a secret that is too short to be one.
    """
    if settings.secret is not None:
        given = settings.secret.get_secret_value()
        if len(given) < _SHORTEST_SECRET:
            raise SettingsError(f"VISAVIS_SECRET is shorter than {_SHORTEST_SECRET} characters")
        return given.encode()
    path = settings.data / "secret"
    if not path.exists():
        write_private(path, secrets.token_hex(_KEY_BYTES))
    return path.read_bytes()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in one step: a crash leaves the old one or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    unfinished.replace(path)
