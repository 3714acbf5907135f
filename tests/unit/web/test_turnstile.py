from __future__ import annotations

import asyncio

import pytest

from bot.web.turnstile import Turnstile

MANY = 30


async def _go_through(turnstile: Turnstile, number: int, passed: list[int]) -> None:
    await turnstile.go_through()
    passed.append(number)


async def test_one_goes_through_in_a_round_in_the_order_they_came() -> None:
    turnstile, passed = Turnstile(), list[int]()
    crowd = [asyncio.create_task(_go_through(turnstile, number, passed)) for number in range(MANY)]
    seen = []
    while len(passed) < MANY:
        await asyncio.sleep(0)
        seen.append(len(passed))
    assert passed == list(range(MANY))
    assert max(later - earlier for earlier, later in zip([0, *seen], seen, strict=False)) == 1
    await asyncio.gather(*crowd)


async def test_who_goes_away_holds_nobody_up() -> None:
    turnstile, passed = Turnstile(), list[int]()
    crowd = [asyncio.create_task(_go_through(turnstile, number, passed)) for number in range(MANY)]
    await asyncio.sleep(0)
    assert passed == [0]
    for gone in crowd[2::2]:
        gone.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    assert passed == [0, *range(1, MANY, 2)]


@pytest.mark.parametrize("rounds", range(4))
async def test_who_goes_away_in_the_moment_of_its_turn_passes_it_on(rounds: int) -> None:
    turnstile, passed = Turnstile(), list[int]()
    crowd = [asyncio.create_task(_go_through(turnstile, number, passed)) for number in range(3)]
    for _ in range(rounds):
        await asyncio.sleep(0)
    crowd[1].cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    assert passed[-1] == 2
    await asyncio.wait_for(turnstile.go_through(), timeout=20)


async def test_nobody_waits_where_nobody_was_before() -> None:
    turnstile = Turnstile()
    going = turnstile.go_through()
    with pytest.raises(StopIteration):
        going.send(None)
