r"""Texts as lines of a file or a pipe: plain ones, or JSON objects with a `text`. Any bytes at all are read.

A line that begins as a JSON object does, with `{"` or `{}`, is one, and broken if it does not hold
together or has no `text`. Every other line is a plain text: an empty one, one in quotes, one in brackets.
Lines end with `\n` or `\r\n`. Bytes that are no UTF-8 become U+FFFD.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LINE = 2**20  # bytes; far more than is understood of a text
_BYTE_ORDER_MARK = "\ufeff"
_OBJECT = re.compile(r'\s*\{\s*["}]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line's text, or why it has none. `number` counts from 1."""

    number: int
    text: str = ""
    error: str | None = None


def read_lines(chunks: Iterable[bytes]) -> Iterator[list[Line]]:
    """Yield the lines that each chunk of bytes ends, so that nobody waits for a line that was written."""
    number = 0
    for written in _split(chunks):
        lines = [parse_line(each, number=number + position) for position, each in enumerate(written, 1)]
        number += len(lines)
        yield lines


def parse_line(written: bytes, *, number: int) -> Line:
    """Read one line, its end cut off."""
    if len(written) > MAX_LINE:
        return _refuse(number, f"it is longer than {MAX_LINE >> 20} MiB")
    text = written.removesuffix(b"\r").decode("utf-8", "replace")
    if number == 1:
        text = text.removeprefix(_BYTE_ORDER_MARK)
    if not _OBJECT.match(text):
        return Line(number=number, text=text)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return _refuse(number, "it begins like JSON and is none")
    if not isinstance(said.get("text"), str):
        return _refuse(number, 'a JSON line looks like {"text": "…"}')
    return Line(number=number, text=said["text"])


def _refuse(number: int, reason: str) -> Line:
    return Line(number=number, error=f"line {number}: {reason}")


def _split(chunks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines that each chunk ends; what is kept of one too long is just too long still."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[: MAX_LINE + 1]
        if lines:
            yield lines
    if rest:
        yield [rest]
