"""Turns to borrow a connection."""

from __future__ import annotations

import asyncio

import pytest

from bot.storage import allowance
from bot.storage.allowance import WARM, Allowance


async def wait_long(turns: Allowance, count: int) -> None:
    for _ in range(count):
        async with asyncio.timeout(20):
            await turns.take()


async def test_who_is_held_up_for_long_gets_a_turn_of_their_own_up_to_the_most() -> None:
    turns = Allowance(6)
    await wait_long(turns, 6)
    waiting = asyncio.create_task(turns.take())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 0.5)  # five times as long as gets another


async def test_turn_that_comes_soon_is_waited_for_in_order() -> None:
    turns, order = Allowance(6), list[int]()
    await wait_long(turns, WARM)

    async def borrow(number: int) -> None:
        await turns.take()
        order.append(number)
        turns.give_back()

    waiting = [asyncio.create_task(borrow(number)) for number in range(5)]
    await asyncio.sleep(0)
    turns.give_back()
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2, 3, 4]
    assert turns._given == WARM


async def test_turn_of_somebody_who_is_cancelled_as_it_comes_goes_to_the_next() -> None:
    turns = Allowance(1)
    await turns.take()
    first, second = asyncio.create_task(turns.take()), asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    turns.give_back()
    first.cancel()
    await asyncio.wait_for(second, 20)
    assert first.cancelled()


async def test_who_waits_too_long_is_sent_away_and_the_next_still_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(allowance, "_PATIENCE", 0.3)
    turns = Allowance(1)
    await turns.take()
    with pytest.raises(TimeoutError):
        await turns.take()
    turns.give_back()
    await asyncio.wait_for(turns.take(), 20)


async def test_turns_that_are_not_used_any_more_are_taken_back() -> None:
    turns = Allowance(4)
    await wait_long(turns, 4)
    turns.shrink(0)
    for _ in range(4):
        turns.give_back()
    await wait_long(turns, WARM)
    third = asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    assert not third.done()
    third.cancel()
