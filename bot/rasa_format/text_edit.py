"""Edits to a text file by whole lines, leaving every other byte as it is."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Lines:
    """The lines of a file, counted from 1. What is inserted takes the line ending of its neighbour."""

    def __init__(self, data: bytes) -> None:
        self._lines = data.splitlines(keepends=True)

    def __len__(self) -> int:
        """Count the lines."""
        return len(self._lines)

    def content(self, number: int) -> bytes:
        """Return a line without its ending."""
        return self._lines[number - 1].rstrip(b"\r\n")

    def is_blank(self, number: int) -> bool:
        """Tell whether a line is there and has nothing on it."""
        return 1 <= number <= len(self) and not self.content(number).strip()

    def insert_after(self, number: int, new: Sequence[bytes]) -> bytes:
        """Return the file with `new` lines after line `number`; 0 puts them first.

        The ending of line `number` moves to the last new line, so that a file that does not end
        in a line break still does not, and `delete` of the same lines undoes this exactly.
        """
        ending = self._ending_at(number)
        if number == 0:
            return b"".join(line + ending for line in new) + b"".join(self._lines)
        head = b"".join(self._lines[: number - 1])
        own = self._lines[number - 1]
        content = self.content(number)
        return head + ending.join((content, *new)) + own[len(content) :] + b"".join(self._lines[number:])

    def delete(self, first: int, last: int) -> bytes:
        """Return the file without the lines `first` to `last`."""
        if first == 1:
            return b"".join(self._lines[last:])
        head = b"".join(self._lines[: first - 2]) + self.content(first - 1)
        ending = self._lines[last - 1][len(self.content(last)) :]
        return head + ending + b"".join(self._lines[last:])

    def _ending_at(self, number: int) -> bytes:
        for line in (*self._lines[max(number - 1, 0) : number], *self._lines):
            stripped = line.rstrip(b"\r\n")
            if len(stripped) < len(line):
                return line[len(stripped) :][:2] if line.endswith(b"\r\n") else line[-1:]
        return b"\n"


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there as a whole or not at all. Raises `ProjectError`; the old one stays."""
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise _not_saved(path, error) from error
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        written.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        written.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            written.unlink()
        raise _not_saved(path, error) from error


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Let one process at a time read, change and write the files of a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _not_saved(path: Path, error: OSError) -> ProjectError:
    reason = (error.strerror or "the file cannot be written").lower()
    return ProjectError(path, None, f"Not saved: {reason}. The file is as it was.")
