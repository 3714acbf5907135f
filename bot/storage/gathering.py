"""One statement for what several ask for at one moment: most of what a statement costs, it costs once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from bot.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Sequence

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 32  # in one statement


class Gathering(Generic[Item, Result]):
    """Does items together. While some are under way the next ones gather, so nobody waits for others to come.

    Of one key only one item is under way at a time: items of a conversation stay in order.
    """

    def __init__(self, do: Callable[[Sequence[Item]], Awaitable[Sequence[Result | None]]]) -> None:
        """Hold what does items, and returns for each what came of it; None where it was left undone."""
        self._do = do
        self._waiting: list[tuple[Hashable, Item, asyncio.Future[Result | None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, item: Item, *, key: Hashable) -> Result | None:
        """Return what came of an item; None where nothing was done, and it must be tried alone.

        Raises `StorageUnavailable` where nobody knows what was done.
        """
        future: asyncio.Future[Result | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, item, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="gathering")
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch = self._take()
            futures = [future for _, _, future in batch]
            try:
                results = await self._do([item for _, item, _ in batch])
            except StorageUnavailable as error:
                for future in futures:
                    if not future.done():
                        future.set_exception(error)
            except Exception as error:  # noqa: BLE001 - all of it was taken back: each shows alone what it has
                log.warning("statement for several taken back", items=len(batch), error=type(error).__name__)
                _settle(futures, [None] * len(futures))
            else:
                _settle(futures, results)

    def _take(self) -> list[tuple[Hashable, Item, asyncio.Future[Result | None]]]:
        taken: dict[Hashable, tuple[Hashable, Item, asyncio.Future[Result | None]]] = {}
        left = []
        for each in self._waiting:
            if each[0] in taken or len(taken) == MOST:
                left.append(each)
            else:
                taken[each[0]] = each
        self._waiting = left
        return list(taken.values())


def _settle(futures: Sequence[asyncio.Future[Result | None]], results: Sequence[Result | None]) -> None:
    for future, result in zip(futures, results, strict=True):
        if not future.done():  # else whoever asked has gone
            future.set_result(result)
