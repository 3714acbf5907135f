"""`visavis parse`."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from io import FileIO

    from bot.bootstrap.parsing import Parser

FETCH = "fetch-model"
FOUND_BROKEN = 1
FAILED = 2
INTERRUPTED = 130  # what shells say of a program that Ctrl-C stopped
PIPE_CLOSED = 141  # what shells say of a program whose reader went away
_CHUNK = 2**16  # bytes


def parse(
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TEXT", help="What customers might write. With --jsonl: the file to read instead."
        ),
    ] = None,
    *,
    model: Annotated[
        Path | None,
        typer.Option(help="Read by the model in this file; default: the one in service, or the newest."),
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl",
            help='Read standard input, or a file, one text per line: plain, or {"text": "…"}. '
            "Write one JSON object per line, in order.",
        ),
    ] = False,
) -> None:
    """Show what a model understands of texts: intent, confidence, entities, as Rasa's parse JSON.

    With --jsonl a broken line gives an object with `error` and `line`, and exit code 1 at the end.
    """
    words = texts or []
    if jsonl and len(words) > 1:
        raise typer.BadParameter("--jsonl reads one file, or standard input")
    if not jsonl and not words:
        raise typer.BadParameter("give a text, or --jsonl and lines on standard input")
    parser = _open_parser(model)
    if jsonl:
        with _open_source(Path(words[0]) if words else None) as source:
            _parse_lines(parser, source)
    else:
        _parse_texts(parser, words)


def _parse_texts(parser: Parser, texts: list[str]) -> None:
    from bot.bootstrap.parsing import dump_parse

    for understanding in parser.parse(texts):
        typer.echo(dump_parse(understanding, indent=2))


def _parse_lines(parser: Parser, source: FileIO) -> None:
    """Copy lines to rows until the source ends, the reader goes away, or somebody presses Ctrl-C."""
    from bot.errors import VisavisError

    try:
        lines, broken = _write_rows(parser, source)
    except KeyboardInterrupt:
        _leave(INTERRUPTED)
    except BrokenPipeError:
        _leave(PIPE_CLOSED)
    except (VisavisError, OSError) as error:
        sys.stderr.write(f"visavis: {error}\n")
        _leave(FAILED)
    if broken:
        typer.echo(f"visavis: {broken} of {lines} lines are broken: see `error` in the output", err=True)
        raise typer.Exit(FOUND_BROKEN)


def _write_rows(parser: Parser, source: FileIO) -> tuple[int, int]:
    """Return how many lines there were, and how many broken ones among them."""
    from bot.bootstrap.parsing import give_back_memory, parse_lines

    give_back_memory()
    lines = broken = 0
    for rows in parse_lines(parser, _read_chunks(source)):
        # As UTF-8 whatever the terminal speaks, and at once.
        sys.stdout.buffer.write("".join(f"{row.content}\n" for row in rows).encode())
        sys.stdout.buffer.flush()
        lines += len(rows)
        broken += sum(row.broken for row in rows)
    return lines, broken


def _leave(code: int) -> NoReturn:
    """End now: with a thread that waits for a line the encoder's runtime would not end in peace."""
    sys.stderr.flush()
    os._exit(code)


@contextmanager
def _open_source(path: Path | None) -> Iterator[FileIO]:
    """Open a file or standard input, without a buffer: what is written there is seen at once."""
    from bot.errors import SettingsError

    try:
        source = open(0 if path is None else path, "rb", buffering=0, closefd=path is not None)  # noqa: SIM115
        source.read(0)  # a folder says now that it is none
    except FileNotFoundError as error:
        raise SettingsError(
            f"there is no file {path}: --jsonl reads lines of a file or of standard input, and no texts"
        ) from error
    except OSError as error:
        raise SettingsError(f"{path or 'standard input'} cannot be read: {error.strerror}") from error
    with source:
        yield source


def _read_chunks(source: FileIO) -> Iterator[bytes]:
    """Yield what is at hand."""
    while (chunk := source.read(_CHUNK)) != b"":
        if chunk is None:  # nothing, in a pipe that somebody set not to wait
            select.select([source], [], [])
        else:
            yield chunk


def _open_parser(model: Path | None) -> Parser:
    """Load a model. With `model` nothing else is needed: no project, no database, no settings."""
    from bot.bootstrap.examples import naming_model
    from bot.bootstrap.parsing import Parser
    from bot.nlu.archive import read_archive
    from bot.settings import load_settings

    if model is not None:
        with naming_model(model):
            return Parser(read_archive(model), root=Path())
    return Parser(read_archive(_fetch_archive()), root=load_settings().project)


def _fetch_archive() -> bytes:
    """Have another process look into the database: the libraries for that would stay here (65 MB)."""
    command = (sys.executable, "-m", "bot", FETCH)
    fetched = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own command
    if fetched.returncode != 0:  # it has said why
        raise typer.Exit(fetched.returncode)
    return fetched.stdout


def fetch_model() -> None:
    """Write the archive of the model in service, or of the newest, to standard output."""
    from bot.bootstrap.commands import find_archive
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = load_settings()
    configure_logging(settings.log_format, level="WARNING")
    sys.stdout.buffer.write(asyncio.run(find_archive(settings)))
