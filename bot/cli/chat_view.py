"""A conversation in the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Thread

from rich.console import Console
from rich.text import Text

from bot.bootstrap.chat import Partner
from bot.domain.message import Button, Content
from bot.errors import EngineError

_QUIT, _RESTART = ("/quit", "/exit"), "/restart"


async def converse(partner: Partner, *, read: Callable[[], Awaitable[str | None]], console: Console) -> None:
    """Pass on what is typed until it ends. `read` returns None at the end of input."""
    console.print(f"Write to the bot. {_QUIT[0]} or Ctrl-D ends, {_RESTART} begins anew.", style="dim")
    buttons: tuple[Button, ...] = ()
    while (line := await read()) is not None and line.strip() not in _QUIT:
        text = press(line.strip(), buttons)
        if not text:
            continue
        try:
            answers = await partner.say(text)
        except EngineError as error:
            console.print(Text(str(error), style="red"))
            continue
        buttons = show(answers, console)


def press(line: str, buttons: tuple[Button, ...]) -> str:
    """Return what is sent for a typed line: a button's payload for its number, else the line."""
    chosen = int(line) if line.isascii() and line.isdecimal() else 0
    return buttons[chosen - 1].payload if 1 <= chosen <= len(buttons) else line


def show(answers: list[Content], console: Console) -> tuple[Button, ...]:
    """Print answers; returns the buttons that a number presses now."""
    shown: list[Button] = []
    if not answers:
        console.print("(no answer)", style="dim")
    for answer in answers:
        if answer.text:
            console.print(Text(f"bot: {answer.text}", style="cyan"), soft_wrap=True)
        if answer.image:
            console.print(Text(f"bot: [image] {answer.image}", style="cyan"), soft_wrap=True)
        if answer.custom:
            console.print(Text("bot: [a custom payload]", style="dim"))
        for button in answer.buttons:
            shown.append(button)
            console.print(Text(f"  {len(shown)}  {button.title}", style="cyan"), soft_wrap=True)
    return tuple(shown)


class TypedLines:
    """Lines of standard input, read beside the event loop. Open one per process, in a running loop.

    `asyncio.run` waits at its end for `to_thread`, and so for whoever never presses Enter: Ctrl-C
    would end nothing. A daemon thread is not waited for.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._prompt = "you: " if sys.stdin.isatty() else ""
        Thread(target=self._pump, name="typed lines", daemon=True).start()

    async def read(self) -> str | None:
        """Return the next line, with a prompt where somebody types; None at the end of input."""
        sys.stdout.write(self._prompt)
        sys.stdout.flush()
        line = await self._lines.get()
        if line is None and self._prompt:
            sys.stdout.write("\n")  # Ctrl-D leaves the cursor behind the prompt
        return line

    def _pump(self) -> None:
        # A file of its own: Python closes `sys.stdin` at its end, and breaks down where a thread reads it.
        with open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in lines:
                self._pass_on(line)
        self._pass_on(None)

    def _pass_on(self, line: str | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody asks any more
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
