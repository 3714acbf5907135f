"""Who owns a data folder: one process at a time, and where its servers are for those who join."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.embedded.child import telling_folder

_LOCK, _URLS = "lock", "servers.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Where PostgreSQL and Redis (or Valkey) are. Both hold passwords.

    `embedded`: the names of those that are children of who owns the data folder, and so ours to care for.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    embedded: frozenset[str] = frozenset()

    @property
    def database_embedded(self) -> bool:
        """Tell whether the database is ours to migrate."""
        return "database_url" in self.embedded


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The process that holds a data folder; `urls` is None while its servers start."""

    pid: int | None
    urls: Urls | None


@contextmanager
def own_folder(folder: Path) -> Iterator[Owner | None]:
    """Try to own `folder` (which exists) for the block; yield the present owner if that fails.

    The kernel forgets the lock with the process, so a killed owner never leaves one behind. Raises
    `EmbeddedServerError` for a folder that cannot be written.
    """
    with telling_folder(folder):
        lock = (folder / _LOCK).open("a+")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield read_owner(folder)
            return
        with telling_folder(folder):
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            (folder / _URLS).unlink(missing_ok=True)
        try:
            yield None
        finally:
            (folder / _URLS).unlink(missing_ok=True)


def write_urls(folder: Path, urls: Urls) -> None:
    """Tell those who join where the servers are; readable by this user only."""
    path = folder / _URLS
    with telling_folder(folder):
        path.touch(mode=0o600)
        path.write_text(
            json.dumps(
                {
                    "database_url": urls.database_url,
                    "redis_url": urls.redis_url,
                    "embedded": sorted(urls.embedded),
                },
            ),
        )


def read_owner(folder: Path) -> Owner:
    """Return who owns `folder` now. Raises `EmbeddedServerError` where only another user may read that."""
    urls = None
    with telling_folder(folder):
        pid = (folder / _LOCK).read_text()
        with suppress(FileNotFoundError, ValueError):  # not started yet, or being written just now
            urls = _parse_urls((folder / _URLS).read_text())
    return Owner(pid=int(pid) if pid.isdecimal() else None, urls=urls)


def _parse_urls(text: str) -> Urls:
    said = json.loads(text)
    embedded = frozenset(said.get("embedded", ()))
    return Urls(database_url=said["database_url"], redis_url=said["redis_url"], embedded=embedded)
