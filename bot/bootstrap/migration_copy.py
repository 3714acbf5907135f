"""What `visavis migrate` takes over as it is, beside what it writes anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from bot.rasa_format.files import relative_path

if TYPE_CHECKING:
    from collections.abc import Mapping

CREDENTIALS, ENDPOINTS = "credentials.yml", "endpoints.yml"
# Neither models nor caches, and nothing that holds secrets.
_LEFT_OUT = frozenset(
    {"models", "results", "node_modules", "__pycache__", "venv", "env", "rasa.db", CREDENTIALS, ENDPOINTS}
)
_LEFT_OUT_ENDINGS = (".pyc", ".db", ".sqlite", ".log", ".tar.gz", ".pem", ".key")


def copy_project(
    root: Path, out: Path, written: Mapping[str, bytes], *, without: set[str]
) -> tuple[str, ...]:
    """Copy what is not written anew; return what was left out, the caches apart."""
    left_out: list[str] = []
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        kept = [name for name in folders if not is_left_out(here / name)]
        left_out += (relative_path(root, here / name) + "/" for name in set(folders) - set(kept))
        folders[:] = sorted(kept)
        for name in sorted(files):
            path = relative_path(root, here / name)
            if is_left_out(here / name):
                left_out.append(path)
            elif path not in written and path not in without:
                (out / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(here / name, out / path)
    for path, data in written.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    return tuple(sorted(path for path in left_out if "__pycache__" not in path and path not in written))


def is_left_out(path: Path) -> bool:
    """Tell whether a file or folder is none of the new project's."""
    name = path.name
    is_environment = path.is_dir() and (path / "pyvenv.cfg").exists()
    return name.startswith(".") or name in _LEFT_OUT or name.endswith(_LEFT_OUT_ENDINGS) or is_environment
