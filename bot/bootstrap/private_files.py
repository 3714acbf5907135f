"""Small secrets made once for this machine, in files only their owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from bot.embedded import telling_folder
from bot.errors import SettingsError

if TYPE_CHECKING:
    from bot.settings import Settings

_KEY_BYTES = 32
_NAME_BYTES = 4
_SHORTEST_SECRET = 16  # characters


def get_signing_key(settings: Settings) -> bytes:
    """Return the key that visitors' tokens are signed with: `VISAVIS_SECRET`, or one made for this machine.

    Raises `SettingsError` for a secret that is too short to be one, `EmbeddedServerError` for a folder
    that cannot be written.
    """
    if settings.secret is not None:
        given = settings.secret.get_secret_value()
        if len(given) < _SHORTEST_SECRET:
            raise SettingsError(f"VISAVIS_SECRET is shorter than {_SHORTEST_SECRET} characters")
        return given.encode()
    path = settings.data / "secret"
    with telling_folder(settings.data):
        if not path.exists():
            create_private(path, secrets.token_hex(_KEY_BYTES))
        return path.read_bytes()


def create_private(path: Path, text: str) -> bool:
    """Write a file that only its owner may read, unless it is there already; returns whether it was written.

    It appears whole: of two processes that create it at once, one wins and both read the same.
    """
    unfinished = _write_beside(path, text)
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return False
    finally:
        unfinished.unlink()
    return True


def replace_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in one step: a crash leaves the old one or none."""
    _write_beside(path, text).replace(path)


def _write_beside(path: Path, text: str) -> Path:
    """Write to a file beside `path` that nobody else writes to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(_NAME_BYTES)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
    except OSError:
        unfinished.unlink()
        raise
    return unfinished
