"""Where tokens that change are kept between runs: one file, for us alone, shared by all processes."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from bot.domain.json import JsonObject

LOOK_SECONDS = 0.05  # between two tries to lock
BEGUN_WITH = "begun_with"


class SecretFile:
    """What was kept since an account was set up with the secret `first`.

    Another `first` in the options means that somebody set it up anew: what was kept is void. Every method
    raises `OSError` where the file cannot be used.
    """

    def __init__(self, path: str, *, first: str) -> None:
        self._path, self._first = Path(path), first

    async def read(self) -> JsonObject | None:
        """Return what was kept, None where nothing was."""
        return await asyncio.to_thread(self._read)

    async def write(self, kept: JsonObject) -> None:
        """Keep something: all of the file or nothing of it is replaced."""
        await asyncio.to_thread(self._write, kept)

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Keep other processes from changing the same secret."""
        lock = await asyncio.to_thread(self._open_lock)
        try:
            while not await asyncio.to_thread(_try_to_lock, lock):  # noqa: ASYNC110 - another process has it
                await asyncio.sleep(LOOK_SECONDS)
            yield
        finally:
            await asyncio.to_thread(lock.close)

    def _read(self) -> JsonObject | None:
        try:
            kept = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return None
        ours = isinstance(kept, dict) and kept.get(BEGUN_WITH) == self._mark
        return kept if ours else None

    def _write(self, kept: JsonObject) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f"{self._path.name}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({**kept, BEGUN_WITH: self._mark}, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    @property
    def _mark(self) -> str:
        return hashlib.sha256(self._first.encode()).hexdigest()

    def _open_lock(self) -> IO[str]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return self._path.with_name(f"{self._path.name}.lock").open("w")


def _try_to_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
