"""A conversation in the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from bot.bootstrap.chat import Partner
from bot.domain.message import Button, Content
from bot.errors import EngineError

_QUIT, _RESTART = ("/quit", "/exit"), "/restart"


async def converse(partner: Partner, *, read: Callable[[], str | None], console: Console) -> None:
    """Pass on what is typed until it ends. `read` returns None at the end of input."""
    console.print(f"Write to the bot. {_QUIT[0]} or Ctrl-D ends, {_RESTART} begins anew.", style="dim")
    buttons: tuple[Button, ...] = ()
    while (line := await asyncio.to_thread(read)) is not None and line.strip() not in _QUIT:
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


def read_line() -> str | None:
    """Read one line, with a prompt where somebody types."""
    try:
        return input("you: ") if sys.stdin.isatty() else input()
    except EOFError:
        return None
