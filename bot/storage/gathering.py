"""One statement for what several ask for at one moment: most of what a statement costs, it costs once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from bot.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Sequence

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 32  # in one statement


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Item, Result]):
    """An item that waits, and where what comes of it is put."""

    key: Hashable
    item: Item
    answer: asyncio.Future[Result | None]


class Gathering(Generic[Item, Result]):
    """Does items together. While some are under way the next ones gather, so nobody waits for others to come.

    Of one key only one item is under way at a time: items of a conversation stay in order.
    """

    def __init__(self, do: Callable[[Sequence[Item]], Awaitable[Sequence[Result | None]]]) -> None:
        """Hold what does items, and returns for each what came of it; None where it was left undone."""
        self._do = do
        self._waiting: list[_Asked[Item, Result]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, item: Item, *, key: Hashable) -> Result | None:
        """Return what came of an item; None where nothing was done, and it must be tried alone.

        Raises `StorageUnavailable` where nobody knows what was done.
        """
        answer: asyncio.Future[Result | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Asked(key, item, answer))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="gathering")
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            batch = self._take()
            answers = [each.answer for each in batch]
            try:
                results = await self._do([each.item for each in batch])
            except StorageUnavailable as error:
                for answer in answers:
                    if not answer.done():
                        answer.set_exception(error)
            except Exception as error:  # noqa: BLE001 - all of it was taken back: each shows alone what it has
                log.warning("statement for several taken back", items=len(batch), error=type(error).__name__)
                _settle(answers, [None] * len(answers))
            else:
                _settle(answers, results)

    def _take(self) -> list[_Asked[Item, Result]]:
        """Take what can be done together: of each key the first, as many as fit."""
        taken: dict[Hashable, _Asked[Item, Result]] = {}
        left = []
        for each in self._waiting:
            if each.key in taken or len(taken) == MOST:
                left.append(each)
            else:
                taken[each.key] = each
        self._waiting = left
        return list(taken.values())


def _settle(answers: Sequence[asyncio.Future[Result | None]], results: Sequence[Result | None]) -> None:
    for answer, result in zip(answers, results, strict=True):
        if not answer.done():  # else whoever asked has gone
            answer.set_result(result)
