"""Where tokens that rotate are kept between runs: one file, for us alone."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bot.domain.json import Json

LOOK_SECONDS = 0.05  # between two tries to lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An access token, empty where there is none yet, and what the next one costs."""

    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)


class TokenFile:
    """The newest tokens of an account that was allowed with the refresh token `first`.

    Another `first` in the options means that somebody allowed the app anew: what was kept is void.
    """

    def __init__(self, path: str, *, first: str) -> None:
        self._path, self._first = Path(path), first

    async def read(self) -> Tokens:
        """Return what was kept, else the first refresh token."""
        return await asyncio.to_thread(self._read)

    async def write(self, tokens: Tokens) -> None:
        """Keep new tokens: all of the file or nothing of it is replaced."""
        await asyncio.to_thread(self._write, tokens)

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Keep other processes from exchanging the same refresh token."""
        lock = await asyncio.to_thread(self._open_lock)
        try:
            while not await asyncio.to_thread(_try_to_lock, lock):  # noqa: ASYNC110 - another process has it
                await asyncio.sleep(LOOK_SECONDS)
            yield
        finally:
            await asyncio.to_thread(lock.close)

    def _read(self) -> Tokens:
        try:
            kept: Json = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            kept = None
        match kept:
            case {"begun_with": str(mark), "access": str(access), "refresh": str(refresh)} if (
                mark == self._mark
            ):
                return Tokens(access=access, refresh=refresh)
            case _:
                return Tokens(refresh=self._first)

    def _write(self, tokens: Tokens) -> None:
        body = {"begun_with": self._mark, "access": tokens.access, "refresh": tokens.refresh}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f"{self._path.name}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(body, file)
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
