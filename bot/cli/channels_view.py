"""Channels, steps and findings in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.paragraphs import print_paragraph
from bot.connector import TextUnit
from bot.connector.windows import say_duration
from bot.domain.conversation import Surface

if TYPE_CHECKING:
    from bot.bootstrap.channel_setup import Examined
    from bot.connector import Capabilities, Connector, Window
    from bot.domain.json import JsonObject

Connectors = Mapping[str, "type[Connector]"]
_UNITS = {
    TextUnit.CHARACTER: "characters",
    TextUnit.BYTE: "bytes",
    TextUnit.UTF16: "UTF-16 units",
    TextUnit.GRAPHEME: "graphemes",
    TextUnit.WEIGHTED: "weighed by X",
}
_WIDTHS = {"text": 10, "also brings": 9, "may be answered": 10}  # of their longest words
_TITLES = ("channel", "where", "arrives by", "text", "buttons", "files", "also brings", "may be answered")


def show_channels(connectors: Connectors) -> None:
    """Show a line for each channel and surface on which it differs."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    for title in _TITLES:
        table.add_column(title, overflow="fold", min_width=_WIDTHS.get(title))
    for channel, connector in connectors.items():
        for name, can in _rows(channel, connector.capabilities):
            table.add_row(name, *_say(can))
    Console(highlight=False, markup=False).print(table)


def write_channels(connectors: Connectors) -> None:
    """Write the same as JSON."""
    rows: list[JsonObject] = []
    titles = ("where", "arrives_by", "text", "buttons", "files", "brings", "answered")
    for channel, connector in connectors.items():
        for _, can in _rows(channel, connector.capabilities):
            rows.append({"channel": channel, **dict(zip(titles, _say(can), strict=True))})
    typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))


def _rows(channel: str, capabilities: Capabilities) -> Iterator[tuple[str, Capabilities]]:
    here = capabilities.surfaces - set(capabilities.elsewhere)
    yield channel, replace(capabilities, surfaces=here or capabilities.surfaces)
    for other in capabilities.elsewhere.values():
        yield "", other


def _say(can: Capabilities) -> tuple[str, ...]:
    ways = [
        word
        for word, there in (("webhook", can.webhook), ("asking", can.polling), ("its own page", _is_own(can)))
        if there
    ]
    also = sorted(kind.value for kind in can.brings if kind.value != "text")
    return (
        ", ".join(sorted(surface.value for surface in can.surfaces)),
        ", ".join(ways),
        f"{can.text_max:,} {_UNITS[can.text_unit]}",
        str(can.buttons_max or "no"),
        ", ".join(sorted(can.files)) or "no",
        ", ".join(also) or "nothing",
        say_window(can.window, can),
    )


def _is_own(can: Capabilities) -> bool:
    return not can.webhook and not can.polling


def say_window(window: Window, can: Capabilities) -> str:
    """Say until when one may answer, and what else may be sent."""
    words = ["always"] if window.bot is None else [f"for {say_duration(window.bot)}"]
    if window.whom:
        words = [window.whom]
    if window.staff is not None:
        words.append(f"people for {say_duration(window.staff)}")
    if window.templates:
        words.append("later by template")
    if can.private_reply is not None and can.surfaces != {Surface.DIRECT}:
        within = can.private_reply.within
        words.append("in private" + (f" for {say_duration(within)}" if within else ""))
    return ", ".join(words)


def show_steps(title: str, steps: Sequence[str], hook_url: str | None) -> None:
    """Show what a person has to do at the platform."""
    if not steps:
        return
    console = Console(highlight=False, markup=False)
    console.print(Text(f"\n{title}", style="bold"))
    for number, step in enumerate(steps, start=1):
        address = hook_url or "the address of its webhook, once PUBLIC_URL is set"
        print_paragraph(console, f"{number}. {step.replace('{hook_url}', address)}", indent=2)
    console.print()


def show_examined(examined: Sequence[Examined], *, before_start: bool = False) -> None:
    """Show what was found of each account; `before_start`: what its start mends is not wrong yet."""
    console = Console(highlight=False, markup=False)
    for each in examined:
        console.print(Text(f"{each.channel} {each.account}", style="bold"))
        for finding in each.findings:
            hint = finding.hint or (before_start and finding.at_start)
            mark, style = ("→", "yellow") if hint else ("✓", "green") if finding.well else ("✗", "red")
            print_paragraph(console, f"{mark} {finding.text}", indent=2, style=style)


def show_problems(problems: Sequence[str]) -> None:
    """Show what keeps an account from being tried."""
    console = Console(highlight=False, markup=False)
    for problem in problems:
        print_paragraph(console, f"✗ {problem}", indent=2, style="red")


def show_saved(config: Path, env: Path | None) -> None:
    """Say which files were written."""
    typer.echo(f"Written: {config}" + (f", and the secrets to {env}" if env else ""))


def show_public_url(can: Capabilities, hook_url: str | None) -> None:
    """Say what is missing for a channel whose platform must reach us."""
    if hook_url is None and can.webhook and not can.polling:
        typer.echo("The platform has to reach this service: set PUBLIC_URL to its public address, https://…")
    typer.echo("`visavis serve` takes it into service at its next start.")
