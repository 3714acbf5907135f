"""What could not be written is told before the work, not after it."""

from __future__ import annotations

import errno
import os
import tempfile
from typing import TYPE_CHECKING

from bot.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path


def check_model_writable(model: Path) -> None:
    """Raise `ModelError` where a model's file could not be written."""
    try:
        if model.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        try_to_write(model.parent)
    except OSError as error:
        raise ModelError(f"the model cannot be written to {model}: {error.strerror}; see --out") from error


def try_to_write(folder: Path) -> None:
    """Make a folder and a file in it that goes away again. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
