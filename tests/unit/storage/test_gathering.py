"""What several ask for at one moment is done together, each with an outcome of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.errors import StorageUnavailable
from bot.storage.gathering import MOST, Gathering

if TYPE_CHECKING:
    from collections.abc import Sequence


class Statement:
    """Doubles numbers, one batch at a time; fails with `error` where a batch holds a zero.

    The first batch is under way until it `goes_on`.
    """

    def __init__(self, error: Exception | None = None) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()
        self._error = error

    async def __call__(self, numbers: Sequence[int]) -> list[int | None]:
        self.batches.append(list(numbers))
        self.begun.set()
        await self.goes_on.wait()
        await asyncio.sleep(0)
        if self._error and 0 in numbers:
            raise self._error
        return [2 * number if number > 0 else None for number in numbers]


async def ask(statement: Statement, numbers: Sequence[int], *, keys: int) -> list[int | BaseException | None]:
    """Ask for the first, then, with it under way, for all others; numbers equal modulo `keys` share a key."""
    gathering: Gathering[int, int] = Gathering(statement)
    first = asyncio.create_task(gathering.ask(numbers[0], key=numbers[0] % keys))
    await statement.begun.wait()
    others = [asyncio.create_task(gathering.ask(number, key=number % keys)) for number in numbers[1:]]
    await asyncio.sleep(0)  # each of them asks
    statement.goes_on.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


async def test_what_comes_meanwhile_is_done_together_and_nobody_waits_for_others_to_come() -> None:
    statement = Statement()
    assert await ask(statement, [1, 2, 3, -4], keys=100) == [2, 4, 6, None]
    assert statement.batches == [[1], [2, 3, -4]]


async def test_of_one_key_one_is_done_at_a_time_in_order() -> None:
    statement = Statement()
    assert await ask(statement, [1, 2, 3, 4, 5], keys=2) == [2, 4, 6, 8, 10]
    assert statement.batches == [[1], [2, 3], [4, 5]]


async def test_a_statement_holds_so_many_and_no_more() -> None:
    statement = Statement()
    await ask(statement, list(range(1, MOST + 3)), keys=1000)
    assert [len(batch) for batch in statement.batches] == [1, MOST, 1]


async def test_what_was_taken_back_is_left_to_each_alone() -> None:
    statement = Statement(ValueError("a zero"))
    assert await ask(statement, [1, 2, 0, 3], keys=100) == [2, None, None, None]


async def test_what_may_have_been_done_is_not_tried_again() -> None:
    away = StorageUnavailable("PostgreSQL does not answer")
    found = await ask(Statement(away), [1, 2, 0], keys=100)
    assert found == [2, away, away]


async def test_who_goes_holds_up_nobody() -> None:
    statement = Statement()
    gathering: Gathering[int, int] = Gathering(statement)
    gone = asyncio.create_task(gathering.ask(1, key=1))
    stays = asyncio.create_task(gathering.ask(2, key=2))
    await statement.begun.wait()
    gone.cancel()
    statement.goes_on.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
