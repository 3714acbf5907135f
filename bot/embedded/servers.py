"""The lifetime of both embedded servers: started together, restarted when they die, stopped at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, TypeVar

import structlog

from bot.embedded.child import Child, telling_folder
from bot.embedded.lock import Owner, Urls, own_folder, read_owner, write_urls
from bot.embedded.postgres import start_postgres
from bot.embedded.valkey import start_valkey
from bot.errors import EmbeddedServerError
from bot.settings import Settings

logger = structlog.get_logger(__name__)

_WATCH_SECONDS = 0.1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_JOIN_SECONDS = 30.0

# How to start a server: given None the first time, the dead child afterwards (same port, same password).
Start: TypeAlias = Callable[[Child | None], Child]


Result = TypeVar("Result")

_NOTHING = Urls(database_url="", redis_url="")


class Keeper:
    """One embedded server, started again under the same URL whenever it dies.

    It is started and stopped in a thread of its own that lives until `close`: the kernel stops a
    server together with the thread that started it.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedded")
        self._closing = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._child: Child | None = None

    async def open(self) -> Child:
        """Start it and watch over it from now on. Raises `EmbeddedServerError`."""
        child = await self._in_thread(self._start_again)
        self._watching = asyncio.create_task(self._watch(child))
        return child

    async def close(self) -> None:
        """Stop it for good; one that is just being started, too."""
        self._closing.set()
        if self._watching is not None:
            await self._watching
        await self._in_thread(self._stop)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _start_again(self) -> Child:
        self._child = self._start(self._child)
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    async def _watch(self, child: Child) -> None:
        pause = _FIRST_PAUSE
        while not await self._closes_within(_WATCH_SECONDS):
            if not child.exited():
                pause = _FIRST_PAUSE
                continue
            logger.warning("embedded server died, starting it again", server=child.name, pid=child.pid)
            try:
                child = await self._in_thread(self._start_again)
            except EmbeddedServerError as error:
                logger.warning("embedded server did not start again", server=child.name, reason=str(error))
                await self._closes_within(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                logger.info("embedded server is back", server=child.name, pid=child.pid)

    async def _closes_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def embedded_servers(settings: Settings, *, join: bool = False) -> AsyncIterator[Urls]:
    """Start what `settings` has no URL for, and yield where both servers are.

    The data folder has one owner. When another process owns it already, `join=True` uses that
    process's servers, for as long as it lives, where `settings` have no URL. Raises
    `EmbeddedServerError` when a server does not start, or when the folder is owned and `join` is False.
    """
    if settings.database_url is not None and settings.redis_url is not None:
        yield _fill_in(settings, _NOTHING)
        return
    folder = settings.data.resolve()
    with telling_folder(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with own_folder(folder) as owner:
        if owner is None:
            async with _started(settings, folder) as urls:
                yield urls
        elif join:
            yield _fill_in(settings, await _wait_for_urls(folder, owner))
        else:
            raise EmbeddedServerError(
                f"already running on {folder}, pid {owner.pid}: stop it first, or set VISAVIS_DATA elsewhere",
            )


@asynccontextmanager
async def _started(settings: Settings, folder: Path) -> AsyncIterator[Urls]:
    starts: dict[str, Start] = {}
    if settings.database_url is None:
        starts["database_url"] = _postgres_start(folder / "postgres")
    if settings.redis_url is None:
        starts["redis_url"] = _valkey_start(folder / "valkey")
    keepers = {name: Keeper(start) for name, start in starts.items()}
    async with AsyncExitStack() as stack:
        for keeper in keepers.values():
            stack.push_async_callback(keeper.close)
        begun = time.monotonic()
        children = await _open_all(keepers)
        logger.info(
            "embedded servers started",
            servers=[child.name for child in children.values()],
            seconds=round(time.monotonic() - begun, 2),
        )
        started = {name: child.url for name, child in children.items()}
        urls = _fill_in(settings, replace(_NOTHING, **started, embedded=frozenset(children)))
        write_urls(folder, urls)
        yield urls


async def _open_all(keepers: Mapping[str, Keeper]) -> dict[str, Child]:
    """Open them at the same time. Raises the first one's `EmbeddedServerError`."""
    try:
        async with asyncio.TaskGroup() as group:
            opening = {name: group.create_task(keeper.open()) for name, keeper in keepers.items()}
    except ExceptionGroup as failed:  # a sentence for people must not come wrapped
        raise failed.exceptions[0] from None
    return {name: task.result() for name, task in opening.items()}


def _postgres_start(directory: Path) -> Start:
    def start(dead: Child | None) -> Child:
        return start_postgres(directory, port=dead.port if dead else None)

    return start


def _valkey_start(directory: Path) -> Start:
    def start(dead: Child | None) -> Child:
        if dead is None:
            return start_valkey(directory)
        return start_valkey(directory, port=dead.port, password=dead.password)

    return start


def _fill_in(settings: Settings, others: Urls) -> Urls:
    """Return the URLs of `settings`, and those of `others` where it has none."""
    given = {"database_url": settings.database_url, "redis_url": settings.redis_url}
    known = {name: secret.get_secret_value() for name, secret in given.items() if secret is not None}
    return replace(others, **known, embedded=others.embedded - known.keys())


async def _wait_for_urls(folder: Path, owner: Owner) -> Urls:
    """Return the owner's URLs, waiting while it starts its servers."""
    deadline = time.monotonic() + _JOIN_SECONDS
    while owner.urls is None:
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"the process that owns {folder} (pid {owner.pid}) did not start its servers"
            )
        await asyncio.sleep(_WATCH_SECONDS)
        owner = read_owner(folder)
    return owner.urls
