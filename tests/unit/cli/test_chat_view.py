from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console

from bot.cli.chat_view import converse, press
from bot.domain.message import Button, Content
from bot.errors import EngineError

YES, NO = Button(title="Yes", payload="/affirm"), Button(title="No", payload="/deny")


class Asker:
    """Asks a question with buttons, whatever is said, and remembers it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def say(self, text: str) -> list[Content]:
        self.heard.append(text)
        if text == "break":
            raise EngineError("the engine is broken")
        return [Content(text="Really?"), Content(buttons=(YES, NO))]


async def talk(*lines: str) -> tuple[list[str], str]:
    typed: Iterator[str] = iter(lines)

    async def read() -> str | None:
        return next(typed, None)

    asker, output = Asker(), io.StringIO()
    await converse(asker, read=read, console=Console(file=output, width=80))
    return asker.heard, output.getvalue()


async def test_numbers_press_the_buttons_shown_last() -> None:
    heard, shown = await talk("hello", "2", "", "1")
    assert heard == ["hello", "/deny", "/affirm"]
    assert "bot: Really?" in shown
    assert "1  Yes" in shown


async def test_quit_ends() -> None:
    assert (await talk("hello", "/quit", "more"))[0] == ["hello"]


async def test_an_error_of_the_engine_does_not_end_the_conversation() -> None:
    heard, shown = await talk("break", "hello")
    assert heard == ["break", "hello"]
    assert "the engine is broken" in shown


def test_other_numbers_are_words() -> None:
    assert press("3", (YES, NO)) == "3"
    assert press("0", (YES, NO)) == "0"
    assert press("1", ()) == "1"
