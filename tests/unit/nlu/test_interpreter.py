from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from blockbuster import blockbuster_ctx

from bot.domain.understanding import Understanding
from bot.errors import ModelError
from bot.nlu.interpreter import Interpreter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.nlu.encoder import Encoder
    from bot.nlu.model import NluModel


@pytest.fixture
async def interpreter(model: NluModel, encoder: Encoder) -> AsyncIterator[Interpreter]:
    interpreter = Interpreter(model, encoder)
    yield interpreter
    await interpreter.close()


async def test_parse_gives_each_of_many_concurrent_callers_its_own_text(interpreter: Interpreter) -> None:
    texts = [f"where is my parcel number {number}" for number in range(50)]
    understandings = await asyncio.gather(*(interpreter.parse(text) for text in texts))
    assert [understanding.text for understanding in understandings] == texts
    assert {u.intent.name for u in understandings if u.intent} == {"ask_delivery"}


async def test_parse_does_not_depend_on_the_company_of_a_text(interpreter: Interpreter) -> None:
    alone = await interpreter.parse("refund please")
    others = [interpreter.parse("where " * count) for count in range(1, 20)]
    together, *_ = await asyncio.gather(interpreter.parse("refund please"), *others)
    assert together == alone


async def test_parse_never_blocks_the_event_loop(interpreter: Interpreter) -> None:
    with blockbuster_ctx():
        await asyncio.gather(*(interpreter.parse(f"hello {number}") for number in range(40)))


async def test_parse_leaves_the_loop_free_while_it_works(interpreter: Interpreter) -> None:
    await interpreter.parse("hello")
    work = asyncio.gather(*(interpreter.parse(f"where is my parcel {number} " * 20) for number in range(40)))
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 300, "the loop turned too rarely: something held it or the GIL"


async def test_cancelling_one_caller_leaves_the_others_their_answers(interpreter: Interpreter) -> None:
    tasks = [asyncio.create_task(interpreter.parse(f"hello {number}")) for number in range(30)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])
    assert all(not isinstance(result, BaseException) for result in results[1::2])


async def test_a_text_that_fails_leaves_the_others_their_answers(interpreter: Interpreter) -> None:
    broken = cast("str", None)
    results = await asyncio.gather(
        *(interpreter.parse(text) for text in ("hello", broken, "refund please")),
        return_exceptions=True,
    )
    assert isinstance(results[1], AttributeError)
    assert [type(result) for result in results[::2]] == [Understanding, Understanding]


async def test_close_answers_what_waits_and_refuses_what_comes_later(
    model: NluModel,
    encoder: Encoder,
) -> None:
    interpreter = Interpreter(model, encoder)
    waiting = asyncio.create_task(interpreter.parse("hello"))
    await asyncio.sleep(0)
    await interpreter.close()
    assert (await waiting).text == "hello"
    with pytest.raises(ModelError, match="no longer in service"):
        await interpreter.parse("hello")


async def test_two_interpreters_share_one_encoder(model: NluModel, encoder: Encoder) -> None:
    first, second = Interpreter(model, encoder), Interpreter(model, encoder)
    calls = [each.parse(f"hi {number}") for number in range(20) for each in (first, second)]
    understandings = await asyncio.gather(*calls)
    assert [u.text for u in understandings[::2]] == [u.text for u in understandings[1::2]]
    await first.close()
    await second.close()
