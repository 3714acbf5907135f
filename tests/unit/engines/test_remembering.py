"""What is remembered of texts, and what is not."""

from __future__ import annotations

import pytest
from typing_extensions import override

from bot.domain.understanding import Entity, IntentScore, Understanding
from bot.engines.native.remembering import LONGEST_TEXT, RememberingInterpreter


class Counting:
    """An interpreter that counts. It finds an entity where the word "tomorrow" stands."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed = False

    async def parse(self, text: str) -> Understanding:
        self.asked.append(text)
        found = (Entity(entity="time", value=len(self.asked)),) if "tomorrow" in text else ()
        return Understanding(text=text, intent=IntentScore(name="greet", confidence=1.0), entities=found)

    async def close(self) -> None:
        self.closed = True


async def test_same_text_is_understood_once() -> None:
    counting = Counting()
    remembering = RememberingInterpreter(counting)
    first = await remembering.parse("hi")
    assert await remembering.parse("hi") == first
    assert counting.asked == ["hi"]


async def test_letters_count() -> None:
    counting = Counting()
    remembering = RememberingInterpreter(counting)
    assert (await remembering.parse("Hi")).text == "Hi"
    assert (await remembering.parse("hi")).text == "hi"


@pytest.mark.parametrize("text", ["see you tomorrow", "a" * (LONGEST_TEXT + 1)])
async def test_what_depends_on_the_day_and_long_texts_are_understood_anew(text: str) -> None:
    counting = Counting()
    remembering = RememberingInterpreter(counting)
    await remembering.parse(text)
    await remembering.parse(text)
    assert counting.asked == [text, text]


async def test_text_asked_for_longest_ago_is_forgotten() -> None:
    counting = Counting()
    remembering = RememberingInterpreter(counting, most=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        await remembering.parse(text)
    assert counting.asked == ["a", "b", "c", "b"]


async def test_text_that_failed_is_asked_for_again() -> None:
    class Failing(Counting):
        @override
        async def parse(self, text: str) -> Understanding:
            understanding = await super().parse(text)
            if len(self.asked) == 1:
                raise RuntimeError(text)
            return understanding

    failing = Failing()
    remembering = RememberingInterpreter(failing)
    with pytest.raises(RuntimeError):
        await remembering.parse("hi")
    assert (await remembering.parse("hi")).text == "hi"


async def test_closing_closes_the_interpreter() -> None:
    counting = Counting()
    await RememberingInterpreter(counting).close()
    assert counting.closed
