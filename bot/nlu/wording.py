"""Lists, amounts, names and quotes in the sentences of evaluation and doctor."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_QUOTE = 80  # characters


def quote(text: str) -> str:
    """Return a text in quotation marks, on one line, shortened."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= LONGEST_QUOTE else f'"{line[: LONGEST_QUOTE - 1].rstrip()}…"'


def code(name: str) -> str:
    """Return a name as it is written in the files."""
    return f"`{name}`"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 text`, `1,200 texts`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def join(parts: Sequence[str], word: str = "and") -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return f" {word} ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def percent(share: float) -> str:
    """Return a share (0..1) as `97 %`."""
    return f"{share:.0%}".replace("%", " %")
